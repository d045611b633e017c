package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The main graph of a model under change: a rewrite goes through {@link #nodes()} in their order,
 * which is topological, adds each node or what replaces it to a list of its own, and gives that
 * list to {@link #build}. Subgraphs stay as they are. FP32 constants that are nodes count as
 * initialisers, and inputs with a default become constants. Not thread-safe.
 */
public final class GraphDraft {
  private static final Set<String> DEFAULT_DOMAINS = Set.of("", "ai.onnx");

  /** Oldest IR version whose initialisers need not be inputs too. */
  private static final long FREE_INITIALISERS_IR = 4;

  private final ModelProto model;
  private final Map<String, TensorProto> constants = new LinkedHashMap<>();
  private final List<NodeProto> nodes = new ArrayList<>();
  private final Set<String> outputs = new LinkedHashSet<>();
  private final Set<String> names = new HashSet<>();

  /**
   * A draft of this model.
   *
   * @throws FlotillaException {@code MODEL_MALFORMED} if nodes wait for each other
   */
  public GraphDraft(ModelProto model) {
    this.model = model;
    GraphProto graph = model.getGraph();
    graph.getOutputList().forEach(output -> outputs.add(output.getName()));
    graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    for (NodeProto node : graph.getNodeList()) {
      Optional<TensorProto> constant = hoistable(node);
      constant.ifPresentOrElse(
          tensor -> constants.put(tensor.getName(), tensor), () -> nodes.add(node));
    }
    sort();
    reserve(graph);
  }

  /** The nodes of the main graph, in topological order, without FP32 constants. */
  public List<NodeProto> nodes() {
    return List.copyOf(nodes);
  }

  /** The opset of the default operator domain; 0 if the model names none. */
  public long opset() {
    return model.getOpsetImportList().stream()
        .filter(opset -> DEFAULT_DOMAINS.contains(opset.getDomain()))
        .mapToLong(OperatorSetIdProto::getVersion)
        .max()
        .orElse(0);
  }

  /** The constant of this name, of any type. */
  public Optional<TensorProto> constant(String name) {
    return Optional.ofNullable(constants.get(name));
  }

  /** The FP32 constant of this name. */
  public Optional<TensorProto> floatConstant(String name) {
    return constant(name).filter(tensor -> tensor.getDataType() == TensorValues.FLOAT);
  }

  /** All constants, in the file's order. */
  public List<TensorProto> constants() {
    return List.copyOf(constants.values());
  }

  /** Whether the graph gives this value as an output. */
  public boolean isOutput(String name) {
    return outputs.contains(name);
  }

  /** The names of the graph's outputs, in the file's order. */
  public Set<String> outputs() {
    return new LinkedHashSet<>(outputs);
  }

  /** The model that the draft was made of. */
  public ModelProto model() {
    return model;
  }

  /** A name that nothing in the model has; it is reserved. */
  public String fresh(String hint) {
    String name = hint;
    for (int i = 2; !names.add(name); i++) {
      name = hint + "_" + i;
    }
    return name;
  }

  /** Adds a constant under a {@linkplain #fresh fresh} name; gives that name. */
  public String add(TensorProto constant) {
    constants.put(constant.getName(), constant);
    return constant.getName();
  }

  /** Lets a constant's name be produced by a node instead. */
  public void remove(String constant) {
    constants.remove(constant);
  }

  /**
   * The changed model. Constants that nothing uses any more are left out, as are notes about values
   * that are gone.
   *
   * @param changed all nodes in topological order
   * @param variant what the model says of itself under the key {@code flotilla.variant}
   */
  public ModelProto build(List<NodeProto> changed, String variant) {
    Set<String> used = new HashSet<>(outputs);
    Set<String> produced = new HashSet<>();
    for (NodeProto node : changed) {
      used.addAll(node.getInputList());
      used.addAll(Nodes.outerNames(node));
      produced.addAll(node.getOutputList());
    }
    Set<String> defaults = new HashSet<>();
    model.getGraph().getInitializerList().forEach(tensor -> defaults.add(tensor.getName()));
    List<ValueInfoProto> inputs =
        model.getGraph().getInputList().stream()
            .filter(input -> !defaults.contains(input.getName()))
            .toList();
    List<ValueInfoProto> notes =
        model.getGraph().getValueInfoList().stream()
            .filter(note -> produced.contains(note.getName()))
            .toList();
    GraphProto.Builder graph =
        model.getGraph().toBuilder()
            .clearNode()
            .addAllNode(changed)
            .clearInitializer()
            .clearInput()
            .addAllInput(inputs)
            .clearValueInfo()
            .addAllValueInfo(notes)
            .clearQuantizationAnnotation();
    constants.values().stream()
        .filter(tensor -> used.contains(tensor.getName()))
        .forEach(graph::addInitializer);
    return model.toBuilder()
        .setIrVersion(Math.max(model.getIrVersion(), FREE_INITIALISERS_IR))
        .setGraph(graph)
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey("flotilla.variant").setValue(variant))
        .build();
  }

  private Optional<TensorProto> hoistable(NodeProto node) {
    if (!Nodes.isStandard(node)
        || !node.getOpType().equals("Constant")
        || node.getOutputCount() != 1
        || outputs.contains(node.getOutput(0))) {
      return Optional.empty();
    }
    return Nodes.find(node, "value")
        .filter(AttributeProto::hasT)
        .map(AttributeProto::getT)
        .filter(tensor -> tensor.getDataType() == TensorValues.FLOAT)
        .map(tensor -> tensor.toBuilder().setName(node.getOutput(0)).build());
  }

  /**
   * Puts each node behind those whose values it takes, and otherwise leaves the order: the format
   * asks for it and not every exporter keeps it.
   */
  private void sort() {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (String output : nodes.get(i).getOutputList()) {
        producers.put(output, i);
      }
    }
    int[] waitsFor = new int[nodes.size()];
    List<List<Integer>> users = new ArrayList<>();
    nodes.forEach(node -> users.add(new ArrayList<>()));
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < waitsFor.length; i++) {
      Set<Integer> sources = sources(nodes.get(i), producers);
      waitsFor[i] = sources.size();
      for (int source : sources) {
        users.get(source).add(i);
      }
      if (sources.isEmpty()) {
        ready.add(i);
      }
    }
    List<NodeProto> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.remove();
      sorted.add(nodes.get(next));
      users.get(next).stream().filter(user -> --waitsFor[user] == 0).forEach(ready::add);
    }
    if (sorted.size() < nodes.size()) {
      throw new FlotillaException(
          ErrorCode.MODEL_MALFORMED, "the model's graph has nodes that wait for each other");
    }
    nodes.clear();
    nodes.addAll(sorted);
  }

  private static Set<Integer> sources(NodeProto node, Map<String, Integer> producers) {
    Set<Integer> sources = new HashSet<>();
    Stream.concat(node.getInputList().stream(), Nodes.outerNames(node).stream())
        .map(producers::get)
        .filter(Objects::nonNull)
        .forEach(sources::add);
    return sources;
  }

  private void reserve(GraphProto graph) {
    graph.getInputList().forEach(input -> names.add(input.getName()));
    graph.getOutputList().forEach(output -> names.add(output.getName()));
    graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    graph.getSparseInitializerList().forEach(t -> names.add(t.getValues().getName()));
    for (NodeProto node : graph.getNodeList()) {
      names.add(node.getName());
      names.addAll(node.getInputList());
      names.addAll(node.getOutputList());
      Nodes.subgraphs(node).forEach(this::reserve);
    }
  }
}
