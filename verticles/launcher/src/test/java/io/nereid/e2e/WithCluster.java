package io.nereid.e2e;

import io.nereid.testkit.RequiresRuntime;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of the class take a {@link TestCluster} as parameter, the same for all classes. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@RequiresRuntime
@ExtendWith(ClusterExtension.class)
@interface WithCluster {
  /** Each test leaves its cluster to nobody else: it kills members of it. */
  boolean fresh() default false;
}
