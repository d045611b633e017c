package io.flotilla.agent.scoring;

import io.flotilla.agent.health.HealthCounter;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.protocol.message.VersionRef;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A version that is loaded, counted by its users: the one who made it, the switch while it is the
 * current one, and every score under way. It is closed when the last of them lets go, so that a
 * switch never fails a running score.
 */
public final class ActiveModel {
  private final VersionRef version;
  private final Manifest manifest;
  private final ModelRunner runner;
  private final Recorder recorder;
  private final HealthCounter health;
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicLong scored = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  /** Takes over the runner; the caller is the first user. */
  public ActiveModel(
      VersionRef version,
      Manifest manifest,
      ModelRunner runner,
      Recorder recorder,
      HealthCounter health) {
    this.version = version;
    this.manifest = manifest;
    this.runner = runner;
    this.recorder = recorder;
    this.health = health;
  }

  /** Which version it is. */
  public VersionRef version() {
    return version;
  }

  /** What its bundle says about it. */
  public Manifest manifest() {
    return manifest;
  }

  /** The model itself. */
  public ModelRunner runner() {
    return runner;
  }

  /** Takes note of this version's answers. */
  public Recorder recorder() {
    return recorder;
  }

  /** Counts what is scored for somebody; ended when this is closed. */
  public HealthCounter health() {
    return health;
  }

  /** Scores that succeeded, golden ones included. */
  public long scored() {
    return scored.get();
  }

  /** Scores that failed for a reason that was not the input's. */
  public long failed() {
    return failed.get();
  }

  /**
   * Scores and counts the outcome.
   *
   * @throws FlotillaException as for {@link ModelRunner#score}
   */
  public Answer score(Map<String, Tensor> inputs) {
    boolean done = false;
    boolean callersFault = false;
    try {
      Answer answer = runner.score(inputs);
      done = true;
      return answer;
    } catch (FlotillaException e) {
      callersFault = e.code() == ErrorCode.INPUT_INVALID;
      throw e;
    } finally {
      if (done) {
        scored.incrementAndGet();
      } else if (!callersFault) {
        failed.incrementAndGet();
      }
    }
  }

  /** Becomes a user, unless the last one has let go. */
  public boolean tryRetain() {
    int now = users.get();
    while (now > 0) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
      now = users.get();
    }
    return false;
  }

  /** Users now; 1 if only its maker is left. */
  public int users() {
    return users.get();
  }

  /** Lets go; the last one closes the model. */
  public void release() {
    int left = users.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("released more often than retained: " + version);
    }
    if (left == 0) {
      runner.close();
      health.end();
    }
  }
}
