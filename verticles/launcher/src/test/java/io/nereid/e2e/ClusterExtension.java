package io.nereid.e2e;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the cluster for the first test and ends it after the last. After each test: shows the
 * daemons' logs when it failed, and checks that it left nothing.
 */
final class ClusterExtension implements ParameterResolver, AfterEachCallback {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(ClusterExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cluster(context);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    TestCluster cluster = cluster(context);
    if (context.getExecutionException().isPresent()) {
      cluster.printLogs();
    }
    try {
      cluster.assertClean();
    } catch (Exception | AssertionError e) {
      if (context.getExecutionException().isEmpty()) {
        cluster.printLogs();
      }
      throw e;
    } finally {
      if (context.getRequiredTestClass().getAnnotation(WithCluster.class).fresh()) {
        context.getRoot().getStore(HERE).remove("cluster", TestCluster.class).close();
      }
    }
  }

  private static TestCluster cluster(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(HERE)
        .getOrComputeIfAbsent(
            "cluster",
            key -> {
              try {
                return TestCluster.start();
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            TestCluster.class);
  }
}
