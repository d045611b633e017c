package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The element types of the values of a main graph, as far as they can be told: from what the file
 * declares, and from the type rules of the common operators (ONNX operator specifications, opsets 7
 * to 26). A value whose type cannot be told is left out, never guessed.
 */
public final class ValueTypes {
  private static final int INT32 = TensorProto.DataType.INT32_VALUE;
  private static final int INT64 = TensorProto.DataType.INT64_VALUE;
  private static final int UINT8 = TensorProto.DataType.UINT8_VALUE;
  private static final int BOOL = TensorProto.DataType.BOOL_VALUE;

  private static final Set<String> GIVE_INT64 =
      Set.of("Shape", "Size", "NonZero", "ArgMax", "ArgMin", "NonMaxSuppression");

  private static final Set<String> GIVE_BOOL =
      Set.of(
          "Equal",
          "Greater",
          "GreaterOrEqual",
          "Less",
          "LessOrEqual",
          "And",
          "Or",
          "Xor",
          "Not",
          "IsNaN",
          "IsInf");

  /** Operators whose outputs all have the type of one input, and which one. */
  private static final Map<String, Integer> GIVE_TYPE_OF =
      Map.of("Where", 1, "OneHot", 2, "CastLike", 1, "DequantizeLinear", 1);

  /** Operators whose outputs, the listed later ones apart, have the type of their first input. */
  private static final Set<String> GIVE_TYPE_OF_FIRST =
      Set.of(
          """
          Abs Acos Acosh Add Asin Asinh Atan Atanh AveragePool BatchNormalization Ceil Celu Clip
          Compress Concat Conv ConvTranspose Cos Cosh CumSum DepthToSpace Det Div Dropout Einsum Elu
          Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm
          GlobalAveragePool GlobalLpPool GlobalMaxPool GridSample GroupNormalization HardSigmoid
          HardSwish Hardmax Identity InstanceNormalization LRN LSTM LayerNormalization LeakyRelu Log
          LogSoftmax LpNormalization LpPool MatMul Max MaxPool Mean MeanVarianceNormalization Min
          Mish Mod Mul Neg PRelu Pad Pow RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum
          ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu
          Reshape Resize ReverseSequence RoiAlign Round Scatter ScatterElements ScatterND Selu
          Sigmoid Sign Sin Sinh Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub
          Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample
          """
              .split("\\s+"));

  private final Map<String, Integer> types = new HashMap<>();

  private ValueTypes() {}

  /** The types of a draft's values. */
  public static ValueTypes of(GraphDraft draft) {
    ValueTypes types = new ValueTypes();
    GraphProto graph = draft.model().getGraph();
    graph.getInputList().forEach(types::declare);
    graph.getValueInfoList().forEach(types::declare);
    graph.getOutputList().forEach(types::declare);
    draft.constants().forEach(t -> types.types.put(t.getName(), t.getDataType()));
    draft.nodes().forEach(types::infer);
    return types;
  }

  /** The {@code TensorProto.DataType} of a value, if it can be told. */
  public Optional<Integer> of(String value) {
    return Optional.ofNullable(types.get(value));
  }

  /** Whether a value is known to be FP32. */
  public boolean isFloat(String value) {
    return of(value).filter(type -> type == TensorValues.FLOAT).isPresent();
  }

  private void declare(ValueInfoProto value) {
    if (value.getType().hasTensorType() && value.getType().getTensorType().getElemType() != 0) {
      types.put(value.getName(), value.getType().getTensorType().getElemType());
    }
  }

  private void infer(NodeProto node) {
    if (!Nodes.isStandard(node)) {
      return;
    }
    List<GraphProto> subgraphs = Nodes.subgraphs(node);
    if (!subgraphs.isEmpty()) {
      fromSubgraph(node, subgraphs.getFirst());
      return;
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      if (!node.getOutput(i).isEmpty() && !types.containsKey(node.getOutput(i))) {
        int at = i;
        output(node, i).ifPresent(type -> types.put(node.getOutput(at), type));
      }
    }
  }

  private Optional<Integer> output(NodeProto node, int at) {
    String operator = node.getOpType();
    if (GIVE_INT64.contains(operator)) {
      return Optional.of(INT64);
    }
    if (GIVE_BOOL.contains(operator)) {
      return Optional.of(BOOL);
    }
    Integer source = GIVE_TYPE_OF.get(operator);
    if (source != null) {
      return Nodes.input(node, source).flatMap(this::of);
    }
    return switch (operator) {
      case "Cast" -> Optional.of((int) Nodes.integer(node, "to", 0));
      case "Constant", "ConstantOfShape" -> constant(node);
      case "MatMulInteger", "ConvInteger" -> Optional.of(INT32);
      case "DynamicQuantizeLinear" -> Optional.of(at == 1 ? TensorValues.FLOAT : UINT8);
      case "QuantizeLinear" -> Nodes.input(node, 2).map(this::of).orElse(Optional.of(UINT8));
      case "MaxPool", "TopK" ->
          at == 0 ? Nodes.input(node, 0).flatMap(this::of) : Optional.of(INT64);
      case "Dropout", "LayerNormalization" ->
          at == 0 ? Nodes.input(node, 0).flatMap(this::of) : Optional.empty();
      default ->
          GIVE_TYPE_OF_FIRST.contains(operator)
              ? Nodes.input(node, 0).flatMap(this::of)
              : Optional.empty();
    };
  }

  private static Optional<Integer> constant(NodeProto node) {
    Optional<Integer> tensor =
        Nodes.find(node, "value")
            .filter(AttributeProto::hasT)
            .map(attribute -> attribute.getT().getDataType());
    if (tensor.isPresent()) {
      return tensor;
    }
    boolean isInteger =
        Nodes.find(node, "value_int").isPresent() || Nodes.find(node, "value_ints").isPresent();
    boolean isText =
        Nodes.find(node, "value_string").isPresent()
            || Nodes.find(node, "value_strings").isPresent()
            || Nodes.find(node, "sparse_value").isPresent();
    // A ConstantOfShape without a value gives FP32 zeros.
    return isText ? Optional.empty() : Optional.of(isInteger ? INT64 : TensorValues.FLOAT);
  }

  /** What a branch or body declares; a loop's first output inside is its condition. */
  private void fromSubgraph(NodeProto node, GraphProto graph) {
    int skip = node.getOpType().equals("Loop") ? 1 : 0;
    for (int i = 0; i < node.getOutputCount() && i + skip < graph.getOutputCount(); i++) {
      ValueInfoProto inner = graph.getOutput(i + skip);
      if (!types.containsKey(node.getOutput(i))) {
        declare(inner.toBuilder().setName(node.getOutput(i)).build());
      }
    }
  }
}
