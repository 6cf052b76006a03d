package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.id.ContainerId;

/** Adds something of this host to a generated configuration, such as settings for CRIU. */
public interface BundleTransform {
  /** Changes the configuration in place; called once per start or restore. */
  void apply(ContainerId id, ObjectNode config);
}
