package io.flotilla.registry.audit;

import java.util.List;

/**
 * What a verification found.
 *
 * @param entries entries that were read
 * @param records governed records that are there
 * @param problems the first {@link #MAX_PROBLEMS} problems
 * @param problemCount how many problems there are
 */
public record AuditVerdict(
    long entries, long records, List<AuditProblem> problems, long problemCount) {
  /** Most problems that are listed. */
  public static final int MAX_PROBLEMS = 100;

  /** Takes a copy. */
  public AuditVerdict {
    problems = List.copyOf(problems);
  }

  /** Whether nothing is wrong. */
  public boolean intact() {
    return problemCount == 0;
  }
}
