package io.flotilla.controller.training;

import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.profile.ColumnChange;
import io.flotilla.registry.dataset.profile.ColumnProfile;
import io.flotilla.registry.dataset.profile.DatasetProfile;
import io.flotilla.registry.dataset.profile.NumericShift;
import io.flotilla.registry.dataset.profile.NumericSummary;
import io.flotilla.registry.dataset.profile.ProfileComparison;
import io.flotilla.registry.dataset.profile.Quantiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Datasets, their profiles and comparisons as the API shows them. */
final class DatasetViews {
  private DatasetViews() {}

  static Map<String, @Nullable Object> dataset(Dataset dataset) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", dataset.name());
    view.put("version", dataset.version());
    view.put("digest", dataset.digest());
    view.put("format", dataset.format().name());
    view.put("sizeBytes", dataset.sizeBytes());
    view.put("rows", dataset.rows());
    view.put("columns", dataset.columns());
    view.put("types", dataset.types());
    view.put("description", dataset.description());
    view.put("tags", dataset.tags());
    view.put("registeredAtMs", dataset.registeredAtMs());
    return view;
  }

  static Map<String, @Nullable Object> profile(Dataset dataset, DatasetProfile profile) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("dataset", reference(dataset));
    view.put("rows", profile.rows());
    view.put("columns", profile.columns().stream().map(DatasetViews::column).toList());
    return view;
  }

  private static Map<String, @Nullable Object> column(ColumnProfile column) {
    Optional<NumericSummary> numbers = column.numeric();
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", column.name());
    view.put("type", column.type());
    view.put("count", column.count());
    view.put("missing", column.missing());
    view.put("kinds", column.kinds());
    view.put("distinct", column.distinct());
    view.put("min", numbers.map(NumericSummary::min).orElse(null));
    view.put("max", numbers.map(NumericSummary::max).orElse(null));
    view.put("mean", numbers.map(NumericSummary::mean).orElse(null));
    view.put(
        "standardDeviation",
        numbers.map(NumericSummary::standardDeviation).filter(Double::isFinite).orElse(null));
    view.put("quantiles", numbers.map(n -> quantiles(n.quantiles())).orElse(null));
    view.put("quantileError", numbers.map(n -> n.quantiles().error()).orElse(null));
    view.put("histogram", numbers.map(NumericSummary::histogram).orElse(null));
    view.put("top", column.top());
    return view;
  }

  /** By their part of the values, as text. */
  private static Map<String, Object> quantiles(Quantiles quantiles) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("0.01", quantiles.p1());
    view.put("0.05", quantiles.p5());
    view.put("0.25", quantiles.p25());
    view.put("0.5", quantiles.p50());
    view.put("0.75", quantiles.p75());
    view.put("0.95", quantiles.p95());
    view.put("0.99", quantiles.p99());
    return view;
  }

  static Map<String, @Nullable Object> comparison(
      Dataset before, Dataset after, ProfileComparison comparison) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("before", reference(before));
    view.put("after", reference(after));
    view.put("rowsBefore", comparison.rowsBefore());
    view.put("rowsAfter", comparison.rowsAfter());
    view.put("columns", comparison.columns().stream().map(DatasetViews::change).toList());
    view.put("words", comparison.words());
    return view;
  }

  private static Map<String, @Nullable Object> change(ColumnChange change) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("column", change.column());
    view.put("before", change.before().orElse(null));
    view.put("after", change.after().orElse(null));
    view.put("effect", change.effect());
    view.put("missing", change.missing());
    view.put("numeric", change.numeric().map(DatasetViews::shift).orElse(null));
    view.put("values", change.values().orElse(null));
    view.put("words", change.words());
    return view;
  }

  private static Map<String, @Nullable Object> shift(NumericShift shift) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("meanShift", shift.meanShift().isPresent() ? shift.meanShift().getAsDouble() : null);
    view.put("quantiles", quantiles(shift.quantiles()));
    view.put("quantileError", shift.quantiles().error());
    view.put("divergence", shift.divergence());
    return view;
  }

  static List<Map<String, @Nullable Object>> datasets(List<Dataset> datasets) {
    return datasets.stream().map(DatasetViews::dataset).toList();
  }

  /** {@code name:version}. */
  static String reference(Dataset dataset) {
    return dataset.name() + ":" + dataset.version();
  }
}
