package io.flotilla.conversion.tree.ensemble;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.ByteString;
import io.flotilla.conversion.tree.ensemble.RawTree.Leaf;
import io.flotilla.conversion.tree.ensemble.RawTree.Split;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble.Comparison;
import java.util.List;

/**
 * The ONNX form of an ensemble: one {@code TreeEnsembleRegressor} (ai.onnx.ml 3, ai.onnx 17, IR 8)
 * sums the leaves, operators before it derive columns that splits need, and operators after it are
 * the link. The regressor serves classifiers too: the runtime's own links round the tails of the
 * logistic function, and guess from the signs of all weights what a single sum means.
 */
public final class EnsembleModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int ML_OPSET = 3;
  private static final String ML_DOMAIN = "ai.onnx.ml";
  private static final ByteString LESS = ByteString.copyFromUtf8("BRANCH_LT");
  private static final ByteString LESS_OR_EQUAL = ByteString.copyFromUtf8("BRANCH_LEQ");
  private static final ByteString LEAF = ByteString.copyFromUtf8("LEAF");

  private final TreeEnsemble ensemble;
  private final OutputNames names;

  /**
   * Names in the graph, all different.
   *
   * @param input {@code float[batch, features]}
   * @param label {@code int64[batch]} of classifiers: the class's place from 0
   * @param probabilities {@code float[batch, classes]} of classifiers
   * @param prediction {@code float[batch, targets]} of regressors
   */
  public record OutputNames(String input, String label, String probabilities, String prediction) {}

  private EnsembleModel(TreeEnsemble ensemble, OutputNames names) {
    this.ensemble = ensemble;
    this.names = names;
  }

  /**
   * The model. The same ensemble and names give the same bytes.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if the tables of
   *     categories grow over their limit
   */
  public static byte[] encode(TreeEnsemble ensemble, OutputNames names) {
    return new EnsembleModel(ensemble, names).model().toByteArray();
  }

  private ModelProto model() {
    GraphWriter graph = new GraphWriter("tree_ensemble", names);
    graph.input(names.input(), ensemble.columns().size());
    String extended = DerivedColumns.write(graph, names.input(), ensemble.forest().columns());
    String sums = graph.name("sums");
    graph.add(trees(extended, sums));
    LinkNodes.write(graph, ensemble, sums, names);
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("flotilla")
            .setModelVersion(1)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(ML_DOMAIN).setVersion(ML_OPSET))
            .setGraph(graph.graph());
    model.addMetadataProps(entry("objective", ensemble.objective()));
    if (!ensemble.classes().isEmpty()) {
      model.addMetadataProps(entry("classes", String.join("\n", ensemble.classes())));
    }
    return model.build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private NodeProto trees(String input, String output) {
    Attributes attributes = new Attributes();
    int[] layout = ensemble.forest().columns().layout();
    ByteString mode = ensemble.comparison() == Comparison.LESS ? LESS : LESS_OR_EQUAL;
    List<Forest.Tree> trees = ensemble.forest().trees();
    for (int tree = 0; tree < trees.size(); tree++) {
      List<RawTree.Node> nodes = trees.get(tree).nodes();
      for (int node = 0; node < nodes.size(); node++) {
        attributes.add(tree, node, nodes.get(node), layout, mode);
      }
    }
    NodeProto.Builder regressor =
        NodeProto.newBuilder()
            .setName("trees")
            .setOpType("TreeEnsembleRegressor")
            .setDomain(ML_DOMAIN)
            .addInput(input)
            .addOutput(output);
    attributes.into(regressor);
    if (ensemble.base().stream().anyMatch(base -> base != 0)) {
      AttributeProto.Builder base = Attributes.floats("base_values");
      ensemble.base().forEach(base::addFloats);
      regressor.addAttribute(base);
    }
    return regressor
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("n_targets")
                .setType(AttributeProto.AttributeType.INT)
                .setI(ensemble.targets()))
        .build();
  }

  /** The parallel lists of the operator: those of nodes_* and of target_*. */
  private static final class Attributes {
    private final AttributeProto.Builder trees = ints("nodes_treeids");
    private final AttributeProto.Builder nodes = ints("nodes_nodeids");
    private final AttributeProto.Builder features = ints("nodes_featureids");
    private final AttributeProto.Builder values = floats("nodes_values");
    private final AttributeProto.Builder modes =
        AttributeProto.newBuilder()
            .setName("nodes_modes")
            .setType(AttributeProto.AttributeType.STRINGS);
    private final AttributeProto.Builder whenTrue = ints("nodes_truenodeids");
    private final AttributeProto.Builder whenFalse = ints("nodes_falsenodeids");
    private final AttributeProto.Builder missing = ints("nodes_missing_value_tracks_true");
    private final AttributeProto.Builder leafTrees = ints("target_treeids");
    private final AttributeProto.Builder leafNodes = ints("target_nodeids");
    private final AttributeProto.Builder leafTargets = ints("target_ids");
    private final AttributeProto.Builder weights = floats("target_weights");

    void add(int tree, int number, RawTree.Node node, int[] layout, ByteString mode) {
      trees.addInts(tree);
      nodes.addInts(number);
      switch (node) {
        case Split split -> {
          features.addInts(layout[split.column()]);
          values.addFloats(split.threshold());
          modes.addStrings(mode);
          whenTrue.addInts(split.whenTrue());
          whenFalse.addInts(split.whenFalse());
          missing.addInts(split.missingIsTrue() ? 1 : 0);
        }
        case Leaf leaf -> {
          features.addInts(0);
          values.addFloats(0);
          modes.addStrings(LEAF);
          whenTrue.addInts(0);
          whenFalse.addInts(0);
          missing.addInts(0);
          weigh(tree, number, leaf);
        }
      }
    }

    /** A leaf of zeros still needs one weight: the runtime wants each leaf to have some. */
    private void weigh(int tree, int number, Leaf leaf) {
      boolean weighed = false;
      for (int i = 0; i < leaf.values().length; i++) {
        boolean last = i == leaf.values().length - 1;
        if (leaf.values()[i] != 0 || (last && !weighed)) {
          leafTrees.addInts(tree);
          leafNodes.addInts(number);
          leafTargets.addInts(leaf.firstTarget() + i);
          weights.addFloats(leaf.values()[i]);
          weighed = true;
        }
      }
    }

    void into(NodeProto.Builder node) {
      List.of(
              trees,
              nodes,
              features,
              values,
              modes,
              whenTrue,
              whenFalse,
              missing,
              leafTrees,
              leafNodes,
              leafTargets,
              weights)
          .forEach(node::addAttribute);
    }

    static AttributeProto.Builder ints(String name) {
      return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    }

    static AttributeProto.Builder floats(String name) {
      return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOATS);
    }
  }
}
