package io.nereid.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test needs root, runc, conmon and a CRIU that passes its own check. Where one is missing it
 * is skipped with the reason, or fails when NEREID_REQUIRE_RUNTIME=1.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("runtime")
@ExtendWith(RuntimeCondition.class)
public @interface RequiresRuntime {}
