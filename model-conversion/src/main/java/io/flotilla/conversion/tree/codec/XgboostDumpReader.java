package io.flotilla.conversion.tree.codec;

import io.flotilla.conversion.tree.ensemble.Forest;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble.Comparison;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what XGBoost's {@code dump_model} writes, with or without statistics. */
public final class XgboostDumpReader {
  private XgboostDumpReader() {}

  /**
   * Reads a dump in JSON.
   *
   * @param in the file, closed at the end
   * @param facts what the dump does not tell
   * @param featureNames in column order; may be empty if the dump calls features f0, f1 and so on,
   *     and then there are as many as the largest says
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if the file is
   *     malformed, over a limit or has no ONNX form, naming tree and node; {@code STORAGE_FAILED}
   *     if the disk fails
   */
  public static TreeEnsemble json(InputStream in, DumpFacts facts, List<String> featureNames) {
    return ensemble(DumpJson.read(in), facts, featureNames);
  }

  /** Reads a dump in text; as {@link #json}. */
  public static TreeEnsemble text(InputStream in, DumpFacts facts, List<String> featureNames) {
    return ensemble(DumpText.read(in), facts, featureNames);
  }

  private static TreeEnsemble ensemble(
      List<DumpTree> trees, DumpFacts facts, List<String> featureNames) {
    XgboostObjective objective = XgboostObjective.of(facts.objective());
    Map<String, Integer> places = places(trees, featureNames);
    int features = featureNames.isEmpty() ? numbered(places) : featureNames.size();
    SplitColumns columns = new SplitColumns(features);
    Forest forest = new Forest(columns, facts.groups());
    for (int tree = 0; tree < trees.size(); tree++) {
      int target = tree / facts.parallelTrees() % facts.groups();
      forest.add(trees.get(tree).in(columns, places, target));
    }
    if (forest.size() % (facts.groups() * (long) facts.parallelTrees()) != 0) {
      throw InvalidTree.of(
          "it has %d trees, no multiple of %d classes by %d parallel trees"
              .formatted(forest.size(), facts.groups(), facts.parallelTrees()));
    }
    return new TreeEnsemble(
        featureNames.isEmpty() ? XgboostNames.numbered(features) : featureNames,
        List.of(),
        forest,
        Comparison.LESS,
        objective.base(List.of(facts.baseScore()), facts.groups()),
        objective.link(),
        objective.name(),
        notes(featureNames, features));
  }

  private static List<String> notes(List<String> featureNames, int features) {
    String weights =
        "A dump leaves out the weights that the dart booster gives trees: convert the model file of"
            + " such a model.";
    if (!featureNames.isEmpty()) {
      return List.of(weights);
    }
    return List.of(
        weights,
        "The dump does not tell how many features there are: f%d is the last that it splits by."
            .formatted(features - 1));
  }

  private static Map<String, Integer> places(List<DumpTree> trees, List<String> featureNames) {
    Map<String, Integer> places = new HashMap<>();
    for (int column = 0; column < featureNames.size(); column++) {
      places.put(featureNames.get(column), column);
    }
    if (featureNames.isEmpty()) {
      for (DumpTree tree : trees) {
        tree.features().forEach(name -> places.put(name, XgboostNames.number(name)));
      }
    }
    return places;
  }

  /** How many features numbered names reach; 1 where all trees are leaves. */
  private static int numbered(Map<String, Integer> places) {
    return places.values().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
  }
}
