package io.flotilla.conversion.tree.ensemble;

import static io.flotilla.conversion.tree.ensemble.GraphWriter.INT64;
import static io.flotilla.conversion.tree.ensemble.GraphWriter.integer;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Lookup;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Rounding;
import java.util.ArrayList;
import java.util.List;

/** The nodes that compute {@link SplitColumns} beyond the features. */
final class DerivedColumns {
  /** What LightGBM takes for zero (its {@code kZeroThreshold}). */
  private static final float ZERO = 1e-35f;

  private DerivedColumns() {}

  /** Adds what is needed and returns the name of the input with all columns. */
  static String write(GraphWriter graph, String input, SplitColumns columns) {
    if (!columns.hasDerived()) {
      return input;
    }
    List<String> parts = new ArrayList<>(List.of(input));
    if (!columns.zeroMissing().isEmpty()) {
      parts.add(
          zeroMissing(
              graph,
              input,
              columns.zeroMissing().keySet().stream().mapToLong(Integer::longValue).toArray()));
    }
    for (Lookup lookup : columns.lookups()) {
      parts.add(lookup(graph, input, lookup));
    }
    return graph.node("Concat", parts, integer("axis", 1));
  }

  private static String zeroMissing(GraphWriter graph, String input, long[] features) {
    String values =
        graph.node("Gather", List.of(input, graph.integers(true, features)), integer("axis", 1));
    String magnitude = graph.node("Abs", List.of(values));
    String zero = graph.node("LessOrEqual", List.of(magnitude, graph.scalar(ZERO)));
    return graph.node("Where", List.of(zero, graph.scalar(Float.NaN), values));
  }

  /** Rows of the table: below, one per category, above, missing. */
  private static String lookup(GraphWriter graph, String input, Lookup lookup) {
    String value =
        graph.node(
            "Gather",
            List.of(input, graph.integers(false, lookup.key().feature())),
            integer("axis", 1));
    String missing = graph.node("IsNaN", List.of(value));
    String rounded =
        lookup.key().rounding() == Rounding.FLOOR ? graph.node("Floor", List.of(value)) : value;
    int above = lookup.categories();
    String bounded = graph.node("Clip", List.of(rounded, graph.scalar(-1), graph.scalar(above)));
    String category = graph.node("Where", List.of(missing, graph.scalar(above + 1f), bounded));
    // A cast drops the fraction, thus truncates.
    String index = graph.node("Cast", List.of(category), integer("to", INT64));
    String row = graph.node("Add", List.of(index, graph.integers(false, 1)));
    return graph.node("Gather", List.of(table(graph, lookup), row), integer("axis", 0));
  }

  private static String table(GraphWriter graph, Lookup lookup) {
    TensorProto.Builder table =
        TensorProto.newBuilder().addDims(lookup.rows()).addDims(lookup.members().size());
    for (int row = 0; row < lookup.rows(); row++) {
      for (int column = 0; column < lookup.members().size(); column++) {
        table.addFloatData(lookup.cell(row, column));
      }
    }
    return graph.floats("categories", table);
  }
}
