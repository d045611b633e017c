package io.flotilla.conversion.variant;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.conversion.graph.GraphDraft;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.graph.TensorValues;
import io.flotilla.conversion.graph.ValueTypes;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which nodes are computed in half precision, and why the others are not. */
final class HalfRules {
  /** The largest finite half. */
  static final float MAX = 65_504f;

  /** Constants of fewer elements are not worth a cast of their own. */
  static final int LARGE = 1024;

  /** Constants of at most this many elements are parameters, whose loss would change the result. */
  private static final int PARAMETER = 64;

  private static final String LOSES =
      "it squares, sums or takes exponents or roots, which loses too much in half precision";
  private static final String NO_FORM =
      "it has no half-precision form that every runtime offers, so it stays FP32";
  private static final String OVERFLOWS =
      "it uses a constant beyond 65504, the largest half-precision number; it stays FP32 and what"
          + " it gives is limited to that";
  private static final String VANISHES =
      "it uses a constant too small for half precision, so it stays FP32";
  private static final String UNKNOWN = "the element type of an input cannot be told";

  private static final Set<String> IN_HALF =
      Set.of(
          """
          Abs Add AveragePool BatchNormalization Clip Concat Conv ConvTranspose DepthToSpace Div
          Dropout Elu Expand Flatten Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
          GlobalMaxPool HardSigmoid HardSwish Identity InstanceNormalization LayerNormalization
          LeakyRelu LogSoftmax MatMul MaxPool Mul Neg PRelu Pad ReduceMax ReduceMin Relu Reshape Selu
          Sigmoid Slice Softmax SpaceToDepth Split Squeeze Sub Tanh Tile Transpose Unsqueeze Where
          """
              .split("\\s+"));

  private static final Set<String> PRECISE =
      Set.of(
          """
          CumSum Erf Exp Log Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMean
          ReduceProd ReduceSum ReduceSumSquare Softplus Sqrt
          """
              .split("\\s+"));

  /** Operators that are worth a word where they lie out of reach. */
  private static final Set<String> HEAVY =
      Set.of("Conv", "ConvTranspose", "GRU", "Gemm", "LSTM", "MatMul", "RNN");

  /** Operators of {@link #IN_HALF} that give more than one value in half. */
  private static final Set<String> MANY_HALVES = Set.of("Split");

  /** Operators of {@link #IN_HALF} whose second value is a mask or an index. */
  private static final Set<String> SECOND_OTHER = Set.of("Dropout", "MaxPool");

  /** Inputs that are shapes, indices or conditions. */
  private static final Map<String, Set<Integer>> NOT_ARITHMETIC =
      Map.ofEntries(
          Map.entry("Reshape", Set.of(1)),
          Map.entry("Squeeze", Set.of(1)),
          Map.entry("Unsqueeze", Set.of(1)),
          Map.entry("Split", Set.of(1)),
          Map.entry("Slice", Set.of(1, 2, 3, 4)),
          Map.entry("Gather", Set.of(1)),
          Map.entry("GatherElements", Set.of(1)),
          Map.entry("GatherND", Set.of(1)),
          Map.entry("Expand", Set.of(1)),
          Map.entry("Tile", Set.of(1)),
          Map.entry("Pad", Set.of(1, 3)),
          Map.entry("Where", Set.of(0)),
          Map.entry("ReduceMax", Set.of(1)),
          Map.entry("ReduceMin", Set.of(1)),
          Map.entry("Dropout", Set.of(2)));

  private HalfRules() {}

  /** What becomes of a node. */
  sealed interface Verdict {}

  /** It is computed in half. */
  record Halve() implements Verdict {}

  /**
   * It stays FP32.
   *
   * @param reason why, as part of a sentence
   * @param overflows whether what it gives may be beyond {@link #MAX}
   */
  record Keep(String reason, boolean overflows) implements Verdict {}

  /** It does not compute with FP32 numbers. */
  record Unconcerned() implements Verdict {}

  static Verdict judge(NodeProto node, ValueTypes types, GraphDraft draft) {
    boolean known = true;
    boolean floats = false;
    boolean overflows = false;
    boolean vanishes = false;
    for (int i = 0; i < node.getInputCount(); i++) {
      String input = node.getInput(i);
      if (input.isEmpty() || !isArithmetic(node, i)) {
        continue;
      }
      known &= types.of(input).isPresent();
      floats |= types.isFloat(input);
      Optional<TensorProto> constant = draft.floatConstant(input);
      overflows |= constant.filter(HalfRules::overflows).isPresent();
      vanishes |= constant.filter(HalfRules::vanishes).isPresent();
    }
    if (overflows) {
      return new Keep(OVERFLOWS, true);
    }
    if (!floats && known) {
      return new Unconcerned();
    }
    Optional<String> reason = reason(node);
    if (reason.isPresent()) {
      return new Keep(reason.get(), false);
    }
    if (!known) {
      return new Keep(UNKNOWN, false);
    }
    return vanishes ? new Keep(VANISHES, false) : new Halve();
  }

  static boolean isHeavy(NodeProto node) {
    return Nodes.isStandard(node) && HEAVY.contains(node.getOpType());
  }

  /** Whether an input of a node of {@link #IN_HALF} takes part in its arithmetic. */
  static boolean isArithmetic(NodeProto node, int input) {
    return !NOT_ARITHMETIC.getOrDefault(node.getOpType(), Set.of()).contains(input);
  }

  /** Whether a constant has a finite value that no half can hold. */
  static boolean overflows(TensorProto constant) {
    for (float value : TensorValues.floats(constant)) {
      if (Float.isFinite(value)
          && Float.isInfinite(Float.float16ToFloat(Float.floatToFloat16(value)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean vanishes(TensorProto constant) {
    if (TensorValues.elements(constant) > PARAMETER) {
      return false;
    }
    for (float value : TensorValues.floats(constant)) {
      if (value != 0 && Float.float16ToFloat(Float.floatToFloat16(value)) == 0) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> reason(NodeProto node) {
    String operator = node.getOpType();
    if (!Nodes.isStandard(node)) {
      return Optional.of(NO_FORM);
    }
    if (PRECISE.contains(operator)) {
      return Optional.of(LOSES);
    }
    boolean many =
        node.getOutputList().stream().filter(output -> !output.isEmpty()).count() > 1
            && !MANY_HALVES.contains(operator)
            && !SECOND_OTHER.contains(operator);
    return IN_HALF.contains(operator) && !many ? Optional.empty() : Optional.of(NO_FORM);
  }
}
