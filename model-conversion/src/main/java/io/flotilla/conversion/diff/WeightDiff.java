package io.flotilla.conversion.diff;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.diff.WeightChanges.Distance;
import io.flotilla.conversion.diff.WeightChanges.Fate;
import io.flotilla.conversion.diff.WeightChanges.WeightChange;
import io.flotilla.conversion.graph.TensorValues;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Matches weights and tells how far they moved. One use. */
final class WeightDiff {
  private final Map<Fate, Integer> counts = new HashMap<>();
  private final List<Ranked> changes = new ArrayList<>();
  private int same;
  private int renamed;

  /** A change and what it is sorted by. */
  private record Ranked(WeightChange change, double rank) {}

  WeightChanges between(Map<String, TensorProto> before, Map<String, TensorProto> after) {
    Map<String, TensorProto> left = new LinkedHashMap<>(before);
    Map<String, TensorProto> fresh = new LinkedHashMap<>();
    after.forEach(
        (name, tensor) ->
            Optional.ofNullable(left.remove(name))
                .ifPresentOrElse(
                    match -> compare(name, match, tensor), () -> fresh.put(name, tensor)));
    matchByContent(left, fresh);
    fresh.forEach((name, t) -> add(name, Fate.ADDED, Optional.empty(), Optional.of(t)));
    left.forEach((name, t) -> add(name, Fate.REMOVED, Optional.of(t), Optional.empty()));
    List<WeightChange> sorted =
        changes.stream()
            .sorted(
                Comparator.comparing((Ranked r) -> r.change().fate())
                    .thenComparing(Comparator.comparingDouble(Ranked::rank).reversed())
                    .thenComparing(r -> r.change().name()))
            .map(Ranked::change)
            .toList();
    int listed = Math.min(sorted.size(), ModelDiff.LISTED);
    return new WeightChanges(
        same,
        renamed,
        counts.getOrDefault(Fate.CHANGED, 0),
        counts.getOrDefault(Fate.RESHAPED, 0),
        counts.getOrDefault(Fate.ADDED, 0),
        counts.getOrDefault(Fate.REMOVED, 0),
        sorted.subList(0, listed),
        sorted.size() - listed);
  }

  private void matchByContent(Map<String, TensorProto> left, Map<String, TensorProto> fresh) {
    if (left.isEmpty() || fresh.isEmpty()) {
      return;
    }
    Map<Digest, Deque<String>> byContent = new HashMap<>();
    left.forEach(
        (name, tensor) ->
            byContent.computeIfAbsent(content(tensor), k -> new ArrayDeque<>()).add(name));
    fresh
        .entrySet()
        .removeIf(
            entry -> {
              Optional<String> old =
                  Optional.ofNullable(byContent.get(content(entry.getValue()))).map(Deque::poll);
              old.ifPresent(left::remove);
              renamed += old.isPresent() ? 1 : 0;
              return old.isPresent();
            });
  }

  private static Digest content(TensorProto tensor) {
    return Digest.of(plain(tensor).toByteArray());
  }

  private static TensorProto plain(TensorProto tensor) {
    return tensor.toBuilder().clearName().clearDocString().build();
  }

  private void compare(String name, TensorProto before, TensorProto after) {
    if (plain(before).equals(plain(after))) {
      same++;
      return;
    }
    if (!before.getDimsList().equals(after.getDimsList())) {
      add(name, Fate.RESHAPED, Optional.of(before), Optional.of(after));
      return;
    }
    double[] a = TensorValues.numbers(before);
    double[] b = TensorValues.numbers(after);
    boolean sameType = before.getDataType() == after.getDataType();
    if (sameType && a.length > 0 && Arrays.equals(a, b)) {
      same++; // stored in another way
      return;
    }
    Optional<Distance> distance =
        a.length > 0 && a.length == b.length ? Optional.of(distance(a, b)) : Optional.empty();
    counts.merge(Fate.CHANGED, 1, Integer::sum);
    changes.add(
        new Ranked(
            new WeightChange(
                Printable.of(name),
                Fate.CHANGED,
                Optional.of(form(before)),
                Optional.of(form(after)),
                distance),
            distance.map(d -> d.relative().orElse(Double.MAX_VALUE)).orElse(Double.MAX_VALUE)));
  }

  private void add(
      String name, Fate fate, Optional<TensorProto> before, Optional<TensorProto> after) {
    counts.merge(fate, 1, Integer::sum);
    changes.add(
        new Ranked(
            new WeightChange(
                Printable.of(name),
                fate,
                before.map(WeightDiff::form),
                after.map(WeightDiff::form),
                Optional.empty()),
            TensorValues.elements(after.or(() -> before).orElseThrow())));
  }

  private static String form(TensorProto tensor) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    String name = type == null ? "type " + tensor.getDataType() : type.name();
    return name + tensor.getDimsList();
  }

  private static Distance distance(double[] a, double[] b) {
    double max = 0;
    double sum = 0;
    double apart = 0;
    double aa = 0;
    double bb = 0;
    double ab = 0;
    for (int i = 0; i < a.length; i++) {
      double d = Math.abs(b[i] - a[i]);
      max = Math.max(max, d);
      sum += d;
      apart += d * d;
      aa += a[i] * a[i];
      bb += b[i] * b[i];
      ab += a[i] * b[i];
    }
    return new Distance(
        max, sum / a.length, share(Math.sqrt(apart), Math.sqrt(aa)), share(ab, Math.sqrt(aa * bb)));
  }

  private static OptionalDouble share(double part, double whole) {
    double share = part / whole;
    return Double.isFinite(share) ? OptionalDouble.of(share) : OptionalDouble.empty();
  }
}
