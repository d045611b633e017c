package io.flotilla.registry.audit;

import java.util.List;
import java.util.stream.Stream;

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

  /** The same with what was found elsewhere, of which the first problems are listed. */
  public AuditVerdict plus(List<AuditProblem> more, long moreCount) {
    List<AuditProblem> all =
        Stream.concat(problems.stream(), more.stream()).limit(MAX_PROBLEMS).toList();
    return new AuditVerdict(entries, records, all, problemCount + moreCount);
  }

  /** Whether nothing is wrong. */
  public boolean intact() {
    return problemCount == 0;
  }
}
