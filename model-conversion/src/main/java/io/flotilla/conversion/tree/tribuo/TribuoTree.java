package io.flotilla.conversion.tree.tribuo;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.conversion.tree.ensemble.FloatThresholds;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.RawTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.classification.protos.LabelProto;
import org.tribuo.common.tree.protos.LeafNodeProto;
import org.tribuo.common.tree.protos.SplitNodeProto;
import org.tribuo.common.tree.protos.TreeNodeProto;
import org.tribuo.protos.core.OutputProto;
import org.tribuo.regression.protos.DimensionTupleProto;
import org.tribuo.regression.protos.RegressorProto;

/** A tree of Tribuo: a list of nodes that name each other by place. */
final class TribuoTree implements RawTree {
  private final List<Node> nodes;

  private TribuoTree(List<Node> nodes) {
    this.nodes = nodes;
  }

  /** What leaves become. */
  interface Leaves {
    Leaf of(LeafNodeProto leaf) throws InvalidProtocolBufferException;
  }

  static TribuoTree of(
      int number,
      List<TreeNodeProto> protos,
      TribuoNames names,
      SplitColumns columns,
      Leaves leaves)
      throws InvalidProtocolBufferException {
    if (protos.isEmpty()) {
      throw InvalidTree.of("tree %d: it has no node".formatted(number));
    }
    List<Node> nodes = new ArrayList<>();
    for (TreeNodeProto proto : protos) {
      if (proto.getSerializedData().is(SplitNodeProto.class)) {
        nodes.add(split(proto.getSerializedData().unpack(SplitNodeProto.class), names, columns));
      } else {
        nodes.add(leaves.of(proto.getSerializedData().unpack(LeafNodeProto.class)));
      }
    }
    return new TribuoTree(nodes);
  }

  /** Tribuo goes on to "greater" only if the value is greater: NaN is not. */
  private static Split split(SplitNodeProto split, TribuoNames names, SplitColumns columns) {
    int column =
        columns.plain(
            names.columnById().getOrDefault(split.getSplitFeatureIdx(), SplitColumns.NONE));
    return new Split(
        column,
        FloatThresholds.atMost(split.getSplitValue()),
        split.getLessThanOrEqualIdx(),
        split.getGreaterThanIdx(),
        true);
  }

  /** The scores of all labels. */
  static Leaf scores(LeafNodeProto leaf, TribuoNames names, float weight)
      throws InvalidProtocolBufferException {
    float[] values = new float[names.outputs().size()];
    for (OutputProto score : leaf.getScoreMap().values()) {
      LabelProto label = score.getSerializedData().unpack(LabelProto.class);
      values[names.output(label.getLabel())] = (float) (weight * label.getScore());
    }
    return new Leaf(0, values);
  }

  /** One vote for the leaf's label. */
  static Leaf vote(LeafNodeProto leaf, TribuoNames names, float weight)
      throws InvalidProtocolBufferException {
    LabelProto label = leaf.getOutput().getSerializedData().unpack(LabelProto.class);
    return new Leaf(names.output(label.getLabel()), weight);
  }

  /** The values of all dimensions; a tree of one dimension has that alone. */
  static Leaf values(LeafNodeProto leaf, TribuoNames names, float weight)
      throws InvalidProtocolBufferException {
    float[] values = new float[names.outputs().size()];
    Any output = leaf.getOutput().getSerializedData();
    if (output.is(DimensionTupleProto.class)) {
      DimensionTupleProto single = output.unpack(DimensionTupleProto.class);
      int target = names.output(single.getName());
      return new Leaf(target, (float) (weight * single.getValue()));
    }
    RegressorProto regressor = output.unpack(RegressorProto.class);
    if (regressor.getNameCount() != regressor.getValueCount()) {
      throw InvalidTree.of("a leaf has not a value for each of its names");
    }
    for (int i = 0; i < regressor.getNameCount(); i++) {
      values[names.output(regressor.getName(i))] = (float) (weight * regressor.getValue(i));
    }
    return new Leaf(0, values);
  }

  @Override
  public int size() {
    return nodes.size();
  }

  @Override
  public Node node(int number) {
    return nodes.get(number);
  }
}
