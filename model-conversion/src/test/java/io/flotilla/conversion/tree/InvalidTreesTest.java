package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.conversion.tree.TestTrees.Lists;
import io.flotilla.conversion.tree.codec.DumpFacts;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvalidTreesTest {
  private static final TreeOptions ANY = TreeOptions.DEFAULT;
  private static final TreeOptions DUMP = ANY.withDump(DumpFacts.of("reg:squarederror", 0.5f));

  @TempDir Path folder;

  private static void refused(Lists tree, String... sayings) {
    Refused.by(TestTrees.model(TestTrees.STUMP, tree), ANY, sayings);
  }

  @Test
  void convertsWhatIsWhole() {
    Rows rows = new Rows(2, new float[] {0.4f, 0, 0.5f, 0, Float.NaN, 0});

    Converted.of(TestTrees.model(TestTrees.STUMP, TestTrees.STUMP), ANY)
        .predicts(rows, new double[][] {{2.5}, {4.5}, {4.5}});
  }

  @Test
  void refusesTreesThatAreNone() {
    refused(new Lists("1,0,-1", "2,2,-1", "0,0,0", "1,1,1"), "tree 1, node 0: it is reached twice");
    refused(new Lists("1,-1", "1,-1", "0,0", "1,1"), "tree 1, node 1: it is reached twice");
    refused(new Lists("0", "0", "0", "1"), "tree 1, node 0: it is reached twice");
    refused(new Lists("1,-1,-1", "7,-1,-1", "0,0,0", "1,1,1"), "tree 1, node 0: its child 7");
    refused(new Lists("1,-1,-1", "-1,-1,-1", "0,0,0", "1,1,1"), "tree 1, node 0: its child -1");
    refused(new Lists("1,-2,-1", "2,-1,-1", "0,0,0", "1,1,1"), "tree 1, node 1: its child -2");
    refused(new Lists("1,-1,-1", "2,-1,-1", "2,0,0", "1,1,1"), "tree 1, node 0: it splits by");
    refused(new Lists("1,-1,-1", "2,-1,-1", "-1,0,0", "1,1,1"), "tree 1, node 0: it splits by");
    refused(new Lists("1,-1,-1", "2,-1,-1", "0,0,0", "NaN,1,1"), "tree 1, node 0", "threshold");
    refused(new Lists("1,-1,-1", "2,-1,-1", "0,0,0", "1,NaN,1"), "tree 1, node 1", "finite");
    refused(new Lists("1,-1,-1", "2,-1,-1", "0,0,0", "1,1,1e39"), "tree 1, node 2", "finite");
    refused(
        new Lists("1,-1,-1", "2,-1", "0,0,0", "1,1,1"), "tree 1: right_children is not as long");
    refused(new Lists("1,-1,-1", "2,-1,-1", "0,0,0", "1,1"), "tree 1: split_conditions");
    refused(new Lists("1,-1,x", "2,-1,-1", "0,0,0", "1,1,1"), "no whole JSON");
    refused(new Lists("1,-1,3e9", "2,-1,-1", "0,0,0", "1,1,1"), "left_children");
    refused(new Lists("1,-1,99999999999", "2,-1,-1", "0,0,0", "1,1,1"), "no whole JSON");
  }

  @Test
  void refusesModelsThatLackSomething() {
    String model = TestTrees.model(TestTrees.STUMP);
    Refused.by(model.replace("\"trees\":[", "\"tries\":["), ANY, "tree_info or weight_drop");
    Refused.by(model.replace("\"tree_info\"", "\"tree_infos\""), ANY, "lacks tree_info");
    Refused.by(model.replace("\"left_children\"", "\"left\""), ANY, "left_children is missing");
    Refused.by(model.replace("\"split_conditions\"", "\"conditions\""), ANY, "tree 0: split_cond");
    Refused.by(model.replace("\"base_score\"", "\"base\""), ANY, "base_score is no number");
    Refused.by(model.replace("\"num_feature\"", "\"features\""), ANY, "0 features");
    Refused.by(model.replace("reg:squarederror", "survival:aft"), ANY, "survival:aft");
    Refused.by(model.replace("gbtree", "gblinear"), ANY, "'gblinear'");
    Refused.by(model.replace("[],\"grad", "[\"a\"],\"grad"), ANY, "names 1 of 2 features");
    Refused.by(model.replace("[],\"grad", "[\"a\",\"a\"],\"grad"), ANY, "are the same: a");
    Refused.by(model.replace("\"5E-1\"", "\"[1,2]\""), ANY, "2 base scores for 1 targets");
    Refused.by(
        TestTrees.model("binary:logistic", 2, TestTrees.STUMP)
            .replace("\"0\",\"num_f", "\"3\",\"num_f"),
        ANY,
        "3 outputs do not fit");
    Refused.by(
        TestTrees.model("binary:logistic", 2, TestTrees.STUMP).replace("5E-1", "1.5"),
        ANY,
        "between 0 and 1, not 1.5");
    Refused.by(model.replace("[0]", "[4]"), ANY, "tree 0, node 1: it adds to target 4 of 1");
    Refused.by(model + "{}", ANY, "goes on after its end");
    Refused.by(model.replace("\"version\"", "\"learner\":{},\"version\""), ANY, "Duplicate field");
    Refused.by(
        model.replace(
            "\"default_left\"", "\"tree_param\":{\"size_leaf_vector\":\"3\"},\"default_left\""),
        ANY,
        "one_output_per_tree");
  }

  @Test
  void refusesCategoriesThatAreNowhere() {
    String categories =
        "\"split_type\":[1,0,0],\"categories_nodes\":[0],\"categories_segments\":[%s],"
            + "\"categories_sizes\":[%s],\"categories\":[%s],\"default_left\"";
    String model = TestTrees.model(TestTrees.STUMP);
    Converted.of(model.replace("\"default_left\"", categories.formatted("0", "2", "1,3")), ANY)
        .predicts(
            new Rows(2, new float[] {0, 0, 1, 0, 2, 0, 3, 0, -1, 0}),
            new double[][] {{1.5}, {2.5}, {1.5}, {2.5}, {1.5}});
    for (String wrong : List.of("1;2;1,3", "-1;2;1,3", "0;-2;1,3", "0;2;1")) {
      String[] parts = wrong.split(";", -1);
      Refused.by(
          model.replace("\"default_left\"", categories.formatted(parts[0], parts[1], parts[2])),
          ANY,
          "tree 0, node 0: its categories are out of range");
    }
    Refused.by(
        model.replace("\"default_left\"", categories.formatted("0", "1", "1048576")),
        ANY,
        "tree 0, node 0: category 1048576");
    Refused.by(
        model.replace("\"default_left\"", "\"split_type\":[1,0,0],\"default_left\""),
        ANY,
        "tree 0, node 0: its set of categories is missing");
  }

  @Test
  void takesTheDeepestTreeAndNoDeeperOne() {
    Converted deepest = Converted.of(TestTrees.model(TestTrees.chain(TreeLimits.DEPTH)), ANY);
    float value = (2 * TreeLimits.DEPTH - 2) / 1e4f + 0.5f;
    deepest.predicts(
        new Rows(2, new float[] {9, 0, -1, 0}), new double[][] {{value}, {1 / 1e4f + 0.5f}});
    Refused.by(
        TestTrees.model(TestTrees.chain(TreeLimits.DEPTH + 1)), ANY, "deeper than 1000 nodes");
    Refused.by(TestTrees.model(TestTrees.chain(200_000)), ANY, "deeper than 1000 nodes");
  }

  @Test
  void takesTheDeepestDumpAndNoDeeperOne() {
    for (boolean json : new boolean[] {true, false}) {
      assertThat(Converted.of(dump(json, TreeLimits.DEPTH), DUMP).summary().nodes())
          .isEqualTo(2 * TreeLimits.DEPTH - 1);
      Refused.by(dump(json, TreeLimits.DEPTH + 1), DUMP, "deeper than 1000 nodes");
    }
    Refused.by(dump(true, 20_000), DUMP, "nesting depth");
    Refused.by(dump(false, 20_000), DUMP, "deeper than 1000 nodes");
  }

  /** Each split has a leaf on its left. */
  private static String dump(boolean json, int depth) {
    StringBuilder dump = new StringBuilder();
    for (int split = 0; split < depth - 1; split++) {
      int id = 2 * split;
      dump.append(
          (json
                  ? "{\"nodeid\":%d,\"split\":\"f0\",\"split_condition\":1,\"yes\":%d,\"no\":%d,"
                      + "\"missing\":%2$d,\"children\":[{\"nodeid\":%2$d,\"leaf\":1},"
                  : "%d:[f0<1] yes=%d,no=%d,missing=%2$d\n%2$d:leaf=1\n")
              .formatted(id, id + 1, id + 2));
    }
    int last = 2 * depth - 2;
    return json
        ? "[" + dump + "{\"nodeid\":%d,\"leaf\":2}".formatted(last) + "]}".repeat(depth - 1) + "]"
        : dump + "%d:leaf=2".formatted(last);
  }

  @Test
  void refusesDumpsThatContradictThemselves() {
    String dump = "0:[f0<0.5] yes=1,no=2,missing=1\n1:leaf=1\n2:leaf=2\n";
    Converted.of(dump, DUMP)
        .predicts(new Rows(1, new float[] {0.4f, 0.5f}), new double[][] {{1.5}, {2.5}});
    Refused.by(dump.replace("no=2", "no=3"), DUMP, "tree 0, node 0: its child 3 is missing");
    Refused.by(dump.replace("no=2", "no=0"), DUMP, "tree 0, node 0: it is reached twice");
    Refused.by(dump.replace("missing=1", "missing=7"), DUMP, "missing values go to node 7");
    Refused.by(dump.replace(",missing=1", ""), DUMP, "missing values go to node -1");
    Refused.by(dump.replace("f0<0.5", "f0"), DUMP, "presence only");
    Refused.by(dump.replace("f0<0.5", "f0<nan"), DUMP, "threshold is not a number");
    Refused.by(dump.replace("f0<0.5", "size<0.5"), DUMP, "feature names in column order");
    Refused.by(
        dump, DUMP.withFeatureNames(List.of("a")), "tree 0, node 0: no feature is named 'f0'");
    Refused.by(dump.replace("1:leaf", "2:leaf"), DUMP, "tree 0: node 2 is there twice");
    Refused.by(dump + "and so on", DUMP, "line 4 is no node: and so on");
    Refused.by(dump.replace("leaf=2", "leaf=[1,2]"), DUMP, "line 3: leaves that are vectors");
    Refused.by(dump.replace("f0<0.5", "f0:{1,-2}"), DUMP, "line 1: category -2");
    Refused.by("[]", DUMP, "it has no tree");
    Refused.by("[{\"nodeid\":0}]", DUMP, "tree 0, node 0: it is neither a split nor a leaf");
    Refused.by("[{\"nodeid\":1,\"leaf\":1}]", DUMP, "tree 0: it does not begin with node 0");
    Refused.by(
        dump,
        ANY.withDump(new DumpFacts("multi:softprob", 0.5f, 3, 1)),
        "1 trees, no multiple of 3 classes");
    Refused.by(
        ErrorCode.INPUT_INVALID,
        dump.getBytes(StandardCharsets.UTF_8),
        ANY,
        "does not tell its objective");
  }

  @Test
  void refusesLightgbmModelsThatContradictThemselves() {
    String model = Recorded.LIGHTGBM.text();
    lightgbm(model.replaceFirst("left_child=1", "left_child=0"), "tree 0, node 0: it is reached");
    lightgbm(model.replaceFirst("left_child=1", "left_child=-99"), "tree 0: its child -99");
    lightgbm(model.replaceFirst("left_child=1", "left_child=99"), "tree 0: its child 99");
    lightgbm(model.replaceFirst("num_leaves=6", "num_leaves=7"), "tree 0: leaf_value has not 7");
    lightgbm(model.replaceFirst("num_leaves=6", "num_leaves=0"), "tree 0: it has 0 leaves");
    lightgbm(model.replaceFirst("leaf_value=\\S+", "leaf_value=nan"), "tree 0, leaf 0", "finite");
    lightgbm(model.replaceFirst("threshold=0 \\S+", "threshold=0 nan"), "tree 0, node 1", "thresh");
    lightgbm(model.replaceFirst("threshold=0", "threshold=3"), "tree 0, node 0: its set");
    lightgbm(model.replaceFirst("cat_boundaries=0 1", "cat_boundaries=0 2"), "cat_threshold");
    lightgbm(model.replaceFirst("cat_boundaries=0 1", "cat_boundaries=7 1"), "tree 0, node 0");
    lightgbm(model.replaceFirst("decision_type=1 8", "decision_type=1 14"), "tree 0, node 1");
    lightgbm(model.replaceFirst("split_feature=2", "split_feature=9"), "tree 0, node 0: it splits");
    lightgbm(model.replaceFirst("is_linear=0", "is_linear=1"), "linear_tree=false");
    lightgbm(model.replaceFirst("Tree=1", "Tree=7"), "tree 1 is missing");
    lightgbm(model.replace("end of trees", ""), "it ends within tree 5");
    lightgbm(model.replace("version=v4", "version=v9"), "'v9'");
    lightgbm(model.replace("num_tree_per_iteration=1", "num_tree_per_iteration=4"), "6 trees");
    lightgbm(model.replace("objective=binary", "objective=bitter"), "bitter");
    lightgbm(model.replace("max_feature_idx=3", "max_feature_idx=9"), "names 4 of 10 features");
    lightgbm(model.substring(0, model.indexOf("Tree=0")), "ends before its first tree");
  }

  private static void lightgbm(String model, String... sayings) {
    assertThat(model).isNotEqualTo(Recorded.LIGHTGBM.text());
    Refused.by(model, ANY, sayings);
  }

  /** A list that would take the memory of the machine is refused while it is read. */
  @Test
  void refusesTooMuchOfEverything() throws IOException {
    String many =
        IntStream.range(0, TreeLimits.NODES + 1)
            .mapToObj(i -> "1")
            .collect(Collectors.joining(","));
    refused(new Lists("1,-1,-1", "2,-1,-1", "0,0,0", many), "split_conditions");
    Refused.by(
        TestTrees.model("reg:squarederror", TreeLimits.FEATURES + 1, TestTrees.STUMP),
        ANY,
        "100001 features");
    Refused.by(
        TestTrees.model(TestTrees.STUMP).replace("\"0\",\"num_f", "\"10001\",\"num_f"),
        ANY,
        "more than 10000 classes");
    String line = "0:leaf=1" + " ".repeat(TreeLimits.LINE_BYTES);
    Refused.by(line, DUMP, "a line of over");
    Path huge = folder.resolve("huge");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.writeBytes("booster[0]:\n");
      file.setLength(TreeLimits.FILE_BYTES + 1);
    }
    assertThat(huge).exists();
    assertThatThrownBy(() -> TreeConverter.convert(huge, DUMP, folder.resolve("out")))
        .hasMessageContaining("over the limit of 536870912");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
