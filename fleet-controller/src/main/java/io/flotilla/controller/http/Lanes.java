package io.flotilla.controller.http;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads of all lanes. */
final class Lanes implements AutoCloseable {
  private final Map<Lane, ExecutorService> threads = new EnumMap<>(Lane.class);

  Lanes() {
    for (Lane lane : Lane.values()) {
      String name = "flotilla-http-" + lane.name().toLowerCase(Locale.ROOT) + "-";
      threads.put(
          lane,
          new ThreadPoolExecutor(
              lane.threads(),
              lane.threads(),
              0,
              TimeUnit.SECONDS,
              new ArrayBlockingQueue<>(lane.waiting()),
              Thread.ofPlatform().name(name, 0).daemon(true).factory()));
    }
  }

  Executor of(Lane lane) {
    ExecutorService executor = threads.get(lane);
    if (executor == null) {
      throw new IllegalStateException("no lane " + lane);
    }
    return executor;
  }

  @Override
  public void close() {
    threads.values().forEach(ExecutorService::shutdownNow);
  }
}
