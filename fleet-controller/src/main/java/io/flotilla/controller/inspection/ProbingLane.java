package io.flotilla.controller.inspection;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.probe.ModelProbe;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.hardware.probe.ProbeReport;
import io.flotilla.hardware.probe.ProbeResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Where files wait to be tried, each in a process of its own.
 *
 * <p>Nobody knows beforehand which file hangs. So each is tried for a short time first, one after
 * the other; what is not done by then is killed, and tried again with all the time that its upload
 * has left where only such files wait, again one after the other and no more than {@value
 * #MAX_PATIENT} at a time. A model that was slow once begins there the next time. So a file that
 * hangs holds up others once, and for {@value #BRIEF_MILLIS} ms; and at most two are tried at a
 * time. Thread-safe.
 */
final class ProbingLane {
  /** How long the first try of a file is. */
  static final int BRIEF_MILLIS = 2_000;

  /** Most files with a long try: one is tried, the others wait; more are refused. */
  static final int MAX_PATIENT = 8;

  /** Most models that are remembered as slow. */
  private static final int MAX_SLOW = 1_000;

  private static final Duration BRIEF = Duration.ofMillis(BRIEF_MILLIS);

  // Configuration
  private final ProbeLimits limits;
  private final Path folder;

  // Lanes
  private final Semaphore brief = new Semaphore(1, true);
  private final Semaphore patient = new Semaphore(1, true);
  private final Semaphore patientRoom = new Semaphore(MAX_PATIENT);

  /** Names of models whose last try was slow; guarded by itself. */
  private final Map<String, Boolean> slow =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MAX_SLOW;
        }
      };

  /**
   * A lane.
   *
   * @param limits of each upload in time, and of each try in memory
   * @param folder for the processes' own files; nothing stays there
   */
  ProbingLane(ProbeLimits limits, Path folder) {
    this.limits = limits;
    this.folder = folder;
  }

  /**
   * A file to be tried.
   *
   * @param model its model's name
   * @param file where it is
   * @param bytes its size with its files of weights
   */
  record Candidate(String model, Path file, long bytes) {}

  /** The time that one upload has for all its tries. Confined to its thread. */
  static final class Allowance {
    /** The shortest try, as {@link ProbeLimits} has it. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    private final Duration whole;
    private Duration left;

    Allowance(Duration time) {
      this.whole = time;
      this.left = time;
    }

    /** What there was at first. */
    Duration whole() {
      return whole;
    }

    /** Whether no try fits in any more. */
    boolean isSpent() {
      return left.compareTo(SHORTEST) < 0;
    }

    Duration left() {
      return left;
    }

    private void spend(Duration spent) {
      left = left.minus(spent);
    }
  }

  /** What an upload has for its tries. */
  Allowance allowance() {
    return new Allowance(limits.time());
  }

  /**
   * Tries a file, as soon as it is its turn.
   *
   * @param allowance not spent; less of it is left afterwards
   * @throws FlotillaException {@code CONTROLLER_UNREACHABLE} if too many slow files wait, or the
   *     caller is interrupted; what {@link ModelProbe#probe(Path)} throws
   */
  ProbeReport attempt(Candidate candidate, Allowance allowance) {
    if (!isSlow(candidate.model())) {
      Turns.acquire(brief);
      try {
        // While it waited, another file of the same model may have been too slow.
        if (!isSlow(candidate.model())) {
          ProbeReport report = probe(candidate, shorter(allowance.left(), BRIEF), allowance);
          if (!(report.result() instanceof ProbeResult.TimedOut) || allowance.isSpent()) {
            return report;
          }
          setSlow(candidate.model(), true);
        }
      } finally {
        brief.release();
      }
    }
    return patiently(
        () -> {
          Duration before = allowance.left();
          ProbeReport report = probe(candidate, before, allowance);
          boolean quick = before.minus(allowance.left()).compareTo(BRIEF) < 0;
          setSlow(candidate.model(), !quick);
          return report;
        });
  }

  private ProbeReport patiently(Supplier<ProbeReport> attempt) {
    if (!patientRoom.tryAcquire()) {
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNREACHABLE,
          "%d models that take long to try are in front of this one: ask again later"
              .formatted(MAX_PATIENT));
    }
    try {
      Turns.acquire(patient);
      try {
        return attempt.get();
      } finally {
        patient.release();
      }
    } finally {
      patientRoom.release();
    }
  }

  private ProbeReport probe(Candidate candidate, Duration time, Allowance allowance) {
    ProbeLimits most =
        new ProbeLimits(time, limits.memoryBytes(), limits.heapMib()).forModelOf(candidate.bytes());
    long begin = System.nanoTime();
    try {
      ProbeReport report = new ModelProbe(most, folder).probe(candidate.file());
      allowance.spend(spent(report.result(), time, Duration.ofNanos(System.nanoTime() - begin)));
      return report;
    } catch (InterruptedException e) {
      throw Turns.stopping(e);
    }
  }

  /** The start of the process does not count where the model says how long it took itself. */
  private static Duration spent(ProbeResult result, Duration time, Duration passed) {
    Duration known =
        switch (result) {
          case ProbeResult.Ran ran ->
              Duration.ofNanos((long) ((ran.loadMillis() + ran.runMillis()) * 1e6));
          case ProbeResult.Refused _,
              ProbeResult.Crashed _,
              ProbeResult.TimedOut _,
              ProbeResult.OutOfMemory _ ->
              time;
        };
    return shorter(known, passed);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private boolean isSlow(String model) {
    synchronized (slow) {
      return slow.containsKey(model);
    }
  }

  private void setSlow(String model, boolean now) {
    synchronized (slow) {
      slow.remove(model);
      if (now) {
        slow.put(model, true);
      }
    }
  }
}
