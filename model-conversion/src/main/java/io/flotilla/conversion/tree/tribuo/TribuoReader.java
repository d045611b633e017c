package io.flotilla.conversion.tree.tribuo;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.conversion.tree.ensemble.Forest;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.Link;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble.Comparison;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import io.flotilla.conversion.tree.tribuo.TribuoTree.Leaves;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tribuo.common.tree.protos.TreeModelProto;
import org.tribuo.common.tree.protos.TreeNodeProto;
import org.tribuo.protos.core.ModelDataProto;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.protos.core.WeightedEnsembleModelProto;
import org.tribuo.regression.rtree.protos.IndependentRegressionTreeModelProto;
import org.tribuo.regression.rtree.protos.TreeNodeListProto;

/**
 * Reads Tribuo's decision trees and random forests, of classification and regression, from what
 * {@code serializeToFile} writes.
 */
public final class TribuoReader {
  private static final String NOTE =
      "Tribuo takes a feature that an example lacks for 0: give 0 where a value is missing.";
  private static final Map<String, Combiner> COMBINERS =
      Map.of(
          "org.tribuo.classification.ensemble.VotingCombiner", Combiner.VOTES,
          "org.tribuo.classification.ensemble.FullyWeightedVotingCombiner", Combiner.SHARES,
          "org.tribuo.regression.ensemble.AveragingCombiner", Combiner.MEAN);

  private final TribuoNames names;
  private final SplitColumns columns;
  private final Forest forest;

  /** What an ensemble makes of its members' predictions. */
  private enum Combiner {
    /** A vote for the label of each member. */
    VOTES,
    /** The scores of all members. */
    SHARES,
    /** The mean of all members. */
    MEAN
  }

  private TribuoReader(ModelDataProto data) throws InvalidProtocolBufferException {
    names = TribuoNames.of(data);
    columns = new SplitColumns(names.columns().size());
    forest = new Forest(columns, names.outputs().size());
  }

  /**
   * Reads a model.
   *
   * @param in the file, closed at the end
   * @return the ensemble; features are columns by sorted name
   * @throws FlotillaException {@code TREE_DUMP_INVALID} if the file is malformed, over a limit or
   *     has no ONNX form, naming tree and node; {@code STORAGE_FAILED} if the disk fails
   */
  public static TreeEnsemble read(InputStream in) {
    try (in) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit((int) TreeLimits.FILE_BYTES);
      ModelProto model = ModelProto.parseFrom(coded);
      if (model.getSerializedData().is(WeightedEnsembleModelProto.class)) {
        return ensemble(model.getSerializedData().unpack(WeightedEnsembleModelProto.class));
      }
      TribuoReader reader = new TribuoReader(data(model));
      reader.add(model, reader.names.classifier() ? Combiner.SHARES : Combiner.MEAN, 1);
      return reader.result("tree");
    } catch (InvalidProtocolBufferException e) {
      throw InvalidTree.of("the Tribuo model is malformed", e);
    } catch (IOException e) {
      throw StorageFailures.of("read the Tribuo model", e);
    }
  }

  private static TreeEnsemble ensemble(WeightedEnsembleModelProto ensemble)
      throws InvalidProtocolBufferException {
    String name = ensemble.getCombiner().getClassName();
    Combiner combiner = COMBINERS.get(name);
    if (combiner == null) {
      throw InvalidTree.of("its combiner %s has no ONNX form here".formatted(Printable.of(name)));
    }
    TribuoReader reader = new TribuoReader(ensemble.getMetadata());
    if ((combiner == Combiner.MEAN) == reader.names.classifier()) {
      throw InvalidTree.of("its combiner does not fit its outputs");
    }
    int members = ensemble.getModelsCount();
    if (ensemble.getWeightsCount() != members) {
      throw InvalidTree.of("it has not a weight for each of its members");
    }
    double sum = ensemble.getWeightsList().stream().mapToDouble(Float::doubleValue).sum();
    for (int i = 0; i < members; i++) {
      ModelProto member = ensemble.getModels(i);
      if (!TribuoNames.of(data(member)).equals(reader.names)) {
        throw InvalidTree.of("member %d has features or outputs of its own".formatted(i));
      }
      reader.add(member, combiner, (float) (ensemble.getWeights(i) / sum));
    }
    return reader.result("forest");
  }

  private static ModelDataProto data(ModelProto model) throws InvalidProtocolBufferException {
    if (model.getSerializedData().is(TreeModelProto.class)) {
      return model.getSerializedData().unpack(TreeModelProto.class).getMetadata();
    }
    if (model.getSerializedData().is(IndependentRegressionTreeModelProto.class)) {
      return model
          .getSerializedData()
          .unpack(IndependentRegressionTreeModelProto.class)
          .getMetadata();
    }
    throw InvalidTree.of(
        "%s is no tree: Tribuo's linear models and factorisation machines export themselves"
                .formatted(Printable.of(model.getClassName()))
            + " (exportONNXModel), and XGBoost models within Tribuo are saved by their booster as"
            + " JSON");
  }

  private void add(ModelProto model, Combiner combiner, float weight)
      throws InvalidProtocolBufferException {
    Leaves leaves =
        switch (combiner) {
          case VOTES -> leaf -> TribuoTree.vote(leaf, names, weight);
          case SHARES -> leaf -> TribuoTree.scores(leaf, names, weight);
          case MEAN -> leaf -> TribuoTree.values(leaf, names, weight);
        };
    if (model.getSerializedData().is(TreeModelProto.class)) {
      add(model.getSerializedData().unpack(TreeModelProto.class).getNodesList(), leaves);
      return;
    }
    if (names.classifier()) {
      throw InvalidTree.of("a regression tree answers labels");
    }
    IndependentRegressionTreeModelProto trees =
        model.getSerializedData().unpack(IndependentRegressionTreeModelProto.class);
    // One tree for each dimension; its leaves name the dimension as well.
    for (TreeNodeListProto tree : new TreeMap<>(trees.getNodesMap()).values()) {
      add(tree.getNodesList(), leaves);
    }
  }

  private void add(List<TreeNodeProto> nodes, Leaves leaves) throws InvalidProtocolBufferException {
    forest.add(TribuoTree.of(forest.size(), nodes, names, columns, leaves));
  }

  private TreeEnsemble result(String objective) {
    return new TreeEnsemble(
        names.columns(),
        names.classifier() ? names.outputs() : List.of(),
        forest,
        Comparison.LESS_OR_EQUAL,
        Collections.nCopies(names.outputs().size(), 0f),
        names.classifier() ? Link.SHARES : Link.IDENTITY,
        objective,
        List.of(NOTE));
  }
}
