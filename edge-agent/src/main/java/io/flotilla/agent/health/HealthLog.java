package io.flotilla.agent.health;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.agent.health.HealthCounter.Counts;
import io.flotilla.agent.spool.Spool;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.capability.ProcessMemory;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.UpKind;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the controller how versions behave, over the spool, each row in exactly one report. What a
 * full spool or a failing disk refuses stays counted and is in a later report; counts of the open
 * period are lost if the process dies. Thread-safe.
 */
public final class HealthLog {
  private static final Logger LOG = LoggerFactory.getLogger(HealthLog.class);

  private final Spool spool;
  private final HealthLimits limits;
  private final Clock clock;
  private final long lives;

  @GuardedBy("this")
  private final List<Told> versions = new ArrayList<>();

  @GuardedBy("this")
  private long sinceMs;

  /**
   * A log into a spool.
   *
   * @param lives process lives of this folder so far, this one included
   */
  public HealthLog(Spool spool, HealthLimits limits, Clock clock, long lives) {
    this.spool = spool;
    this.limits = limits;
    this.clock = clock;
    this.lives = lives;
    this.sinceMs = clock.millis();
  }

  /**
   * Begins to count a version that was loaded; {@link HealthCounter#end} ends it.
   *
   * @param categories names of its categories by index; empty if it has none
   */
  public synchronized HealthCounter counter(VersionRef version, List<String> categories) {
    HealthCounter counter = new HealthCounter(version, categories);
    versions.add(new Told(counter, counter.counts()));
    return counter;
  }

  /** Reports if the period is over. */
  public synchronized void tick() {
    long nowMs = clock.millis();
    if (nowMs < sinceMs) {
      sinceMs = nowMs; // the clock was set back
    }
    if (nowMs - sinceMs >= limits.periodMs() || waiting() >= limits.rows()) {
      report(nowMs);
    }
  }

  /** Reports what was counted so far. */
  public synchronized void flush() {
    report(Math.max(sinceMs, clock.millis()));
  }

  @GuardedBy("this")
  private long waiting() {
    long rows = 0;
    for (Told version : versions) {
      rows += version.counter.counts().rows() - version.told.rows();
    }
    return rows;
  }

  @GuardedBy("this")
  private void report(long nowMs) {
    for (Iterator<Told> each = versions.iterator(); each.hasNext(); ) {
      Told version = each.next();
      boolean ended = version.counter.ended();
      Counts now = version.counter.counts();
      boolean nothing = now.rows() == version.told.rows();
      if (!nothing && offer(version, now, nowMs)) {
        version.told = now;
        nothing = true;
      }
      if (ended && nothing) {
        each.remove();
      }
    }
    sinceMs = nowMs;
  }

  @GuardedBy("this")
  private boolean offer(Told version, Counts now, long nowMs) {
    HealthReport report =
        new HealthReport(
            1,
            version.counter.version(),
            sinceMs,
            nowMs,
            now.since(version.told, version.counter.categories()),
            lives,
            ProcessMemory.ofThisProcess().residentBytes());
    try {
      return spool.offer(UpKind.HEALTH, MessageCodec.encode(report), Spool.Alongside.NOTHING);
    } catch (FlotillaException e) {
      LOG.warn("cannot spool a health report: {} {}", e.code(), e.getMessage());
      return false;
    }
  }

  /** A version and what was told of it. */
  private static final class Told {
    private final HealthCounter counter;
    private Counts told;

    Told(HealthCounter counter, Counts told) {
      this.counter = counter;
      this.told = told;
    }
  }
}
