package io.nereid.coordinator.testkit;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.map.IMap;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A member's maps, which tests can make slow or silent by name. */
public final class SilentMaps {
  private final Map<String, CountDownLatch> blocked = new ConcurrentHashMap<>();
  private final Map<String, Boolean> failing = new ConcurrentHashMap<>();

  /** How many accesses were blocked or failed since the last {@link #heal}. */
  public final AtomicInteger disturbed = new AtomicInteger();

  /** Accesses to this map wait until {@link #heal}. */
  public void block(String map) {
    blocked.put(map, new CountDownLatch(1));
  }

  /** Accesses to this map end by their time-out, only sooner. */
  public void fail(String map) {
    failing.put(map, true);
  }

  public void heal() {
    failing.clear();
    blocked.values().forEach(CountDownLatch::countDown);
    blocked.clear();
    disturbed.set(0);
  }

  /** The member with these maps. */
  HazelcastInstance around(HazelcastInstance member) {
    return proxy(
        HazelcastInstance.class,
        (method, args) -> {
          Object result = method.invoke(member, args);
          return method.getName().equals("getMap") ? map((IMap<?, ?>) result) : result;
        });
  }

  private IMap<?, ?> map(IMap<?, ?> real) {
    return proxy(
        IMap.class,
        (method, args) -> {
          pass(real.getName());
          return method.invoke(real, args);
        });
  }

  private void pass(String map) throws InterruptedException {
    CountDownLatch latch = blocked.get(map);
    if (latch != null) {
      disturbed.incrementAndGet();
      latch.await();
    }
    if (failing.containsKey(map)) {
      disturbed.incrementAndGet();
      throw new OperationTimeoutException("the test wants it so");
    }
  }

  private interface Call {
    Object run(Method method, Object[] args) throws Exception;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              try {
                return call.run(method, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
