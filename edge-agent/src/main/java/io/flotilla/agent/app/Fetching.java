package io.flotilla.agent.app;

import io.flotilla.agent.deployment.ArchiveFetch;
import io.flotilla.agent.deployment.DeploymentEvent;
import io.flotilla.agent.deployment.FetchSchedule;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.Progress;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fetch at hand, if there is one: listens to the bundle's parts, asks for what is missing, and
 * says when it is complete or has failed. Confined to the decision thread.
 */
final class Fetching {
  private static final Logger LOG = LoggerFactory.getLogger(Fetching.class);

  private final Uplink uplink;
  private final LongSupplier steadyMs;
  private final Supplier<FetchSchedule> schedules;

  private @Nullable ArchiveFetch fetch;
  private @Nullable FetchSchedule schedule;

  Fetching(Uplink uplink, LongSupplier steadyMs, Supplier<FetchSchedule> schedules) {
    this.uplink = uplink;
    this.steadyMs = steadyMs;
    this.schedules = schedules;
  }

  Optional<DeploymentEvent> begin(ArchiveFetch opened) {
    if (opened.complete()) {
      opened.close();
      return Optional.of(new DeploymentEvent.Fetched());
    }
    fetch = opened;
    schedule = schedules.get();
    uplink.watch(opened.bundle());
    return Optional.empty();
  }

  void onConnected() {
    if (schedule != null) {
      schedule.connected(steadyMs.getAsLong());
    }
  }

  Optional<DeploymentEvent> onPart(BundlePart part) {
    ArchiveFetch current = fetch;
    FetchSchedule times = schedule;
    if (current == null || times == null) {
      return Optional.empty();
    }
    try {
      switch (current.accept(part)) {
        case INDEXED -> {
          times.indexed(steadyMs.getAsLong());
          ask(current, times);
        }
        case STORED -> times.useful(steadyMs.getAsLong());
        case COMPLETED -> {
          end();
          return Optional.of(new DeploymentEvent.Fetched());
        }
        case NOT_NEEDED -> LOG.trace("a part that is not needed");
        case WRONG -> LOG.warn("a part is not what the assignment signs; it is asked for again");
      }
      return Optional.empty();
    } catch (FlotillaException e) {
      return Optional.of(failed(e.code(), String.valueOf(e.getMessage())));
    }
  }

  Optional<DeploymentEvent> tick() {
    ArchiveFetch current = fetch;
    FetchSchedule times = schedule;
    if (current == null || times == null || !uplink.connected()) {
      return Optional.empty();
    }
    long nowMs = steadyMs.getAsLong();
    if (times.timedOut(nowMs)) {
      return Optional.of(
          failed(
              ErrorCode.FETCH_TIMED_OUT,
              "%d chunks are missing and none came for %d ms"
                  .formatted(current.missingChunks(), times.timeoutMs())));
    }
    if (times.askNow(nowMs)) {
      ask(current, times);
    }
    return Optional.empty();
  }

  /** Ends the fetch, if there is one; what is stored stays. */
  void end() {
    ArchiveFetch current = fetch;
    if (current == null) {
      return;
    }
    fetch = null;
    schedule = null;
    Digest bundle = current.bundle();
    current.close();
    uplink.unwatch(bundle);
  }

  private void ask(ArchiveFetch current, FetchSchedule times) {
    uplink.ask(current.need());
    times.asked(steadyMs.getAsLong());
  }

  private static DeploymentEvent failed(ErrorCode code, String detail) {
    return new DeploymentEvent.Failed(new Progress.Failure(code.name(), detail));
  }
}
