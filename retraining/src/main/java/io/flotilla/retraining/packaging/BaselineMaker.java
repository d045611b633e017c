package io.flotilla.retraining.packaging;

import io.flotilla.drift.Baseline;
import io.flotilla.drift.BaselineBuilder;
import io.flotilla.drift.BaselineInput;
import io.flotilla.drift.CohortRows;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.train.LinearModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds the baseline of a bundle. Pure. */
final class BaselineMaker {
  private BaselineMaker() {}

  /** Cohorts with fewer rows than {@code minCohortRows} are watched against the reference. */
  static Baseline of(BundleContent content, int windowRows, int minCohortRows) {
    Map<String, CohortRows> cohorts = new HashMap<>();
    cohorts.put(Baseline.REFERENCE, rows(content.model(), content.reference().rows()));
    content
        .cohorts()
        .map(Table::byCohort)
        .orElse(Map.of())
        .forEach(
            (cohort, rows) -> {
              if (!cohort.equals(Table.REFERENCE) && rows.size() >= minCohortRows) {
                cohorts.put(cohort, rows(content.model(), rows));
              }
            });
    return BaselineBuilder.build(
        new BaselineInput(
            content.model().features(), cohorts, content.model().labels(), windowRows));
  }

  private static CohortRows rows(LinearModel model, List<Table.Row> rows) {
    float[][] values = new float[rows.size()][];
    int[] predicted = new int[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i).values();
      predicted[i] = model.predict(values[i]);
    }
    return new CohortRows(values, predicted);
  }
}
