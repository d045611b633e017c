package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the text that LightGBM's {@code save_model} writes. */
public final class LightgbmTextReader {
  private static final String END = "end of trees";

  private final LightgbmModel model = new LightgbmModel();
  private final List<LightgbmTextTree> trees = new ArrayList<>();

  private LightgbmTextReader() {}

  /**
   * Reads a model.
   *
   * @param in the file, closed at the end
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if the file is
   *     malformed, over a limit or has no ONNX form, naming tree and node; {@code STORAGE_FAILED}
   *     if the disk fails
   */
  public static TreeEnsemble read(InputStream in) {
    LightgbmTextReader reader = new LightgbmTextReader();
    try (BoundedLines lines = new BoundedLines(in, "the LightGBM model")) {
      reader.header(lines);
    }
    return reader.model.ensemble(reader.trees);
  }

  private void header(BoundedLines lines) {
    if (!"tree".equals(lines.next())) {
      throw InvalidTree.of("it does not begin with the line 'tree'");
    }
    for (String line = lines.next(); line != null; line = lines.next()) {
      if (line.startsWith("Tree=")) {
        trees(lines, line);
        return;
      }
      header(line);
    }
    throw InvalidTree.of("it ends before its first tree");
  }

  private void header(String line) {
    int equals = line.indexOf('=');
    String value = line.substring(equals + 1).strip();
    switch (equals < 0 ? line.strip() : line.substring(0, equals)) {
      case "version" -> model.version = value;
      case "num_tree_per_iteration" -> model.sums = Numbers.integer(value, line);
      case "max_feature_idx" -> model.maxFeature = Numbers.integer(value, line);
      case "objective" -> model.objective = value;
      case "average_output" -> model.average = true;
      case "feature_names" ->
          model.featureNames = List.of(value.split(" ", TreeLimits.FEATURES + 1));
      default -> {}
    }
  }

  private void trees(BoundedLines lines, String first) {
    LightgbmTextTree tree = begin(first);
    for (@Nullable String line = lines.next(); line != null; line = lines.next()) {
      if (line.equals(END)) {
        tree.finish();
        return;
      }
      if (line.startsWith("Tree=")) {
        tree.finish();
        tree = begin(line);
      } else {
        int equals = line.indexOf('=');
        tree.field(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
      }
    }
    throw InvalidTree.of("it ends within tree %d".formatted(trees.size() - 1));
  }

  private LightgbmTextTree begin(String line) {
    int number = trees.size();
    if (number == TreeLimits.TREES) {
      throw InvalidTree.of("it has more than %d trees".formatted(TreeLimits.TREES));
    }
    if (!line.strip().equals("Tree=" + number)) {
      throw InvalidTree.of(
          "tree %d is missing: the line reads %s".formatted(number, Printable.of(line)));
    }
    LightgbmTextTree tree = new LightgbmTextTree(number);
    trees.add(tree);
    return tree;
  }
}
