package io.flotilla.conversion.tree.codec;

import com.fasterxml.jackson.core.JsonToken;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads the JSON that LightGBM's {@code dump_model} gives. */
public final class LightgbmJsonReader {
  private final LightgbmModel model = new LightgbmModel();
  private final List<LightgbmJsonTree> trees = new ArrayList<>();

  private LightgbmJsonReader() {}

  /**
   * Reads a dump.
   *
   * @param in the file, closed at the end
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if the file is
   *     malformed, over a limit or has no ONNX form, naming tree and node; {@code STORAGE_FAILED}
   *     if the disk fails
   */
  public static TreeEnsemble read(InputStream in) {
    return JsonPull.read(
        in,
        "the LightGBM dump",
        json -> {
          LightgbmJsonReader reader = new LightgbmJsonReader();
          json.object("it", key -> reader.member(json, key));
          return reader.model.ensemble(reader.trees);
        });
  }

  private void member(JsonPull json, String key) throws IOException {
    switch (key) {
      case "version" -> model.version = json.text(key);
      case "num_tree_per_iteration" -> model.sums = json.integer(key);
      case "max_feature_idx" -> model.maxFeature = json.integer(key);
      case "objective" -> model.objective = json.text(key);
      case "average_output" -> model.average = json.flag(key);
      case "feature_names" -> model.featureNames = json.texts(key, TreeLimits.FEATURES);
      case "tree_info" -> json.list(key, () -> tree(json));
      default -> json.skip();
    }
  }

  private void tree(JsonPull json) throws IOException {
    int number = trees.size();
    if (number == TreeLimits.TREES) {
      throw InvalidTree.of("it has more than %d trees".formatted(TreeLimits.TREES));
    }
    LightgbmJsonTree tree = new LightgbmJsonTree(number);
    json.object(
        "tree " + number,
        key -> {
          if (key.equals("tree_structure")) {
            if (!json.at(JsonToken.START_OBJECT)) {
              throw json.wrong("tree " + number, "an object");
            }
            tree.read(json);
          } else {
            json.skip();
          }
        });
    trees.add(tree);
  }
}
