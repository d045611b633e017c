package io.flotilla.conversion.tree.tribuo;

import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tribuo.classification.protos.ImmutableLabelInfoProto;
import org.tribuo.protos.core.CategoricalIDInfoProto;
import org.tribuo.protos.core.FeatureDomainProto;
import org.tribuo.protos.core.ImmutableFeatureMapProto;
import org.tribuo.protos.core.ModelDataProto;
import org.tribuo.protos.core.OutputDomainProto;
import org.tribuo.protos.core.RealIDInfoProto;
import org.tribuo.protos.core.VariableInfoProto;
import org.tribuo.regression.protos.ImmutableRegressionInfoProto;

/**
 * The names in a Tribuo model.
 *
 * @param columns names of the features in the order of the input's columns: sorted
 * @param columnById column of each of Tribuo's feature ids
 * @param outputs names of the labels or dimensions, in the order of their ids
 * @param classifier whether the outputs are labels
 */
record TribuoNames(
    List<String> columns,
    Map<Integer, Integer> columnById,
    List<String> outputs,
    boolean classifier) {

  static TribuoNames of(ModelDataProto data) throws InvalidProtocolBufferException {
    TreeMap<String, Integer> ids = features(data.getFeatureDomain());
    Map<Integer, Integer> columns = new HashMap<>();
    for (int id : ids.values()) {
      if (columns.put(id, columns.size()) != null) {
        throw InvalidTree.of("two of its features have the id " + id);
      }
    }
    OutputDomainProto domain = data.getOutputDomain();
    boolean classifier = domain.getSerializedData().is(ImmutableLabelInfoProto.class);
    return new TribuoNames(
        List.copyOf(ids.keySet()),
        columns,
        classifier ? labels(domain) : dimensions(domain),
        classifier);
  }

  /** The place of a label or dimension. */
  int output(String name) {
    int place = outputs.indexOf(name);
    if (place < 0) {
      throw InvalidTree.of("no output is named " + Printable.of(name));
    }
    return place;
  }

  private static TreeMap<String, Integer> features(FeatureDomainProto domain)
      throws InvalidProtocolBufferException {
    if (!domain.getSerializedData().is(ImmutableFeatureMapProto.class)) {
      throw InvalidTree.of("its features have no plain names, as hashed ones do not");
    }
    ImmutableFeatureMapProto map =
        domain.getSerializedData().unpack(ImmutableFeatureMapProto.class);
    if (map.getInfoCount() > TreeLimits.FEATURES) {
      throw InvalidTree.of("it has more than %d features".formatted(TreeLimits.FEATURES));
    }
    TreeMap<String, Integer> ids = new TreeMap<>();
    for (VariableInfoProto info : map.getInfoList()) {
      String name;
      int id;
      if (info.getSerializedData().is(RealIDInfoProto.class)) {
        RealIDInfoProto real = info.getSerializedData().unpack(RealIDInfoProto.class);
        name = real.getName();
        id = real.getId();
      } else {
        CategoricalIDInfoProto categorical =
            info.getSerializedData().unpack(CategoricalIDInfoProto.class);
        name = categorical.getName();
        id = categorical.getId();
      }
      if (ids.put(name, id) != null) {
        throw InvalidTree.of("two of its features are named " + Printable.of(name));
      }
    }
    return ids;
  }

  private static List<String> labels(OutputDomainProto domain)
      throws InvalidProtocolBufferException {
    ImmutableLabelInfoProto info = domain.getSerializedData().unpack(ImmutableLabelInfoProto.class);
    return byId(info.getLabelList(), info.getIdList());
  }

  private static List<String> dimensions(OutputDomainProto domain)
      throws InvalidProtocolBufferException {
    if (!domain.getSerializedData().is(ImmutableRegressionInfoProto.class)) {
      throw InvalidTree.of("its outputs are neither labels nor regressions");
    }
    ImmutableRegressionInfoProto info =
        domain.getSerializedData().unpack(ImmutableRegressionInfoProto.class);
    return byId(info.getLabelList(), info.getIdList());
  }

  private static List<String> byId(List<String> names, List<Integer> ids) {
    if (names.isEmpty() || names.size() > TreeLimits.TARGETS || ids.size() != names.size()) {
      throw InvalidTree.of("it has %d outputs and %d ids".formatted(names.size(), ids.size()));
    }
    String[] ordered = new String[names.size()];
    Arrays.fill(ordered, "");
    for (int i = 0; i < ordered.length; i++) {
      int id = ids.get(i);
      if (id < 0 || id >= ordered.length || !ordered[id].isEmpty()) {
        throw InvalidTree.of("the ids of its outputs are not 0, 1 and so on");
      }
      ordered[id] = names.get(i);
    }
    return new ArrayList<>(List.of(ordered));
  }
}
