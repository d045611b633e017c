package io.flotilla.controller.alert;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How an alert goes on from one look to the next. Pure.
 *
 * <p>Time counts as it passes between looks, at most a minute for each: a clock that is set, or a
 * controller that was away, neither fires an alert early nor forgets how long it is pending.
 */
final class AlertMachine {
  /** Most time that one look adds. */
  static final long MAX_STEP_MS = TimeUnit.MINUTES.toMillis(1);

  private AlertMachine() {}

  /**
   * What a look found.
   *
   * @param holds whether the condition holds
   * @param subjects for what, the first ones
   * @param found for how many
   */
  record Seen(boolean holds, List<String> subjects, long found) {
    static final Seen NOTHING = new Seen(false, List.of(), 0);
  }

  /** What is told. */
  enum Notice {
    /** It fires, for the first time or still. */
    FIRING,
    /** It does not any more. */
    RESOLVED
  }

  /**
   * What comes of a look.
   *
   * @param after the alert; empty if there is none any more
   * @param notice what is told, if anything
   */
  record Step(Optional<Alert> after, Optional<Notice> notice) {}

  /**
   * One look.
   *
   * @param before the alert of the same rule and group, if there is one
   * @param silenced whether nothing is to be told now
   */
  static Step step(AlertRule rule, Alert before, Seen seen, boolean silenced, long nowMs) {
    if (!seen.holds()) {
      boolean told = before.held().told() > 0 && !silenced;
      return new Step(Optional.empty(), told ? Optional.of(Notice.RESOLVED) : Optional.empty());
    }
    Alert.Held held = before.held();
    if (before.state() == Alert.State.PENDING) {
      long passed = Math.clamp(nowMs - held.lookedMs(), 0, MAX_STEP_MS);
      held = new Alert.Held(held.heldMs() + passed, nowMs, held.toldMs(), held.told());
    }
    boolean fires =
        before.state() == Alert.State.FIRING
            || held.heldMs() >= TimeUnit.SECONDS.toMillis(rule.terms().forSeconds());
    boolean tells = fires && !silenced && due(rule, held, nowMs);
    if (tells) {
      held = new Alert.Held(held.heldMs(), held.lookedMs(), nowMs, held.told() + 1);
    }
    Alert after =
        new Alert(
            before.rule(),
            before.group(),
            fires ? Alert.State.FIRING : Alert.State.PENDING,
            before.sinceMs(),
            held,
            seen.subjects(),
            seen.found());
    return new Step(Optional.of(after), tells ? Optional.of(Notice.FIRING) : Optional.empty());
  }

  /** An alert that begins with this look. */
  static Alert begin(AlertRule rule, String group, long nowMs) {
    return new Alert(
        rule.name(),
        group,
        Alert.State.PENDING,
        nowMs,
        new Alert.Held(0, nowMs, 0, 0),
        List.of(),
        0);
  }

  private static boolean due(AlertRule rule, Alert.Held held, long nowMs) {
    // A clock that was set back would keep it quiet for as long.
    long sinceMs = nowMs - held.toldMs();
    return held.told() == 0
        || rule.terms()
            .repeatSeconds()
            .filter(s -> sinceMs >= TimeUnit.SECONDS.toMillis(s) || sinceMs < 0)
            .isPresent();
  }
}
