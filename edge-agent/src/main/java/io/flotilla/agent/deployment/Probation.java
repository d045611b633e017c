package io.flotilla.agent.deployment;

/**
 * When probation ends. Pure. It passes after a number of scores without an error, fails with the
 * first error, and when live scores are too few for too long, golden ones make up the rest: it ends
 * also without traffic.
 *
 * @param sinceMs when it began
 * @param scored scores of the version before it began
 * @param failed failed scores of the version before it began
 */
public record Probation(long sinceMs, long scored, long failed) {
  /** What to do now. */
  public sealed interface Verdict {
    /**
     * Wait for live scores.
     *
     * @param untilMs at most until then
     */
    record Wait(long untilMs) implements Verdict {}

    /**
     * Score golden inputs.
     *
     * @param missing how many, ≥ 1
     */
    record MakeUp(long missing) implements Verdict {}

    /**
     * Commit.
     *
     * @param scores scores made in probation
     */
    record Passed(long scores) implements Verdict {}

    /**
     * Return to the previous version.
     *
     * @param errors failed scores in probation
     */
    record Failed(long errors) implements Verdict {}
  }

  /**
   * Judges the version by its counts so far.
   *
   * @param scoredNow its successful scores by now
   * @param failedNow its failed scores by now
   */
  public Verdict judge(DeploymentLimits limits, long scoredNow, long failedNow, long nowMs) {
    if (failedNow > failed) {
      return new Verdict.Failed(failedNow - failed);
    }
    long made = scoredNow - scored;
    if (made >= limits.probationScores()) {
      return new Verdict.Passed(made);
    }
    long untilMs = sinceMs + limits.probationGraceMs();
    return nowMs < untilMs
        ? new Verdict.Wait(untilMs)
        : new Verdict.MakeUp(limits.probationScores() - made);
  }
}
