package io.flotilla.registry.audit;

import io.flotilla.registry.audit.AuditProblem.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is wrong so far: the first ones as they are, the rest as a number. */
final class Problems {
  private final List<AuditProblem> listed = new ArrayList<>();
  private long count;

  void chain(Kind kind, String message) {
    add(new AuditProblem(kind, Optional.empty(), Optional.empty(), message));
  }

  void entry(Kind kind, long sequence, String message) {
    add(new AuditProblem(kind, Optional.of(sequence), Optional.empty(), message));
  }

  void record(Kind kind, String key, String message) {
    add(new AuditProblem(kind, Optional.empty(), Optional.of(key), message));
  }

  private void add(AuditProblem problem) {
    count++;
    if (listed.size() < AuditVerdict.MAX_PROBLEMS) {
      listed.add(problem);
    }
  }

  AuditVerdict verdict(long entries, long records) {
    return new AuditVerdict(entries, records, listed, count);
  }
}
