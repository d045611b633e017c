package io.flotilla.conversion.variant;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.conversion.graph.GraphDraft;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.graph.TensorValues;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Replaces products with constant weights by integer arithmetic:
 *
 * <pre>
 * x ─► DynamicQuantizeLinear ─► MatMulInteger ─► Cast ─► Mul ─► (Add) ─► y
 *            │                  ConvInteger      FP32    ▲      ▲
 *            └────── scale of x ──► Mul ─────────────────┘    bias
 *                                    ▲ scale per channel of the weights
 * </pre>
 *
 * <p>Weights of products are signed and use seven bits ({@link Symmetric#SEVEN_BITS}). Weights of
 * convolutions are unsigned around 128, all eight bits, since the runtime's kernel for the CPU
 * takes no signed ones; the zero point is the same for all channels, so that each may have its own
 * scale.
 */
final class DynamicInt8 {
  /** Fewer weights than this cost more in nodes than they save. */
  static final int LEAST_WEIGHTS = 256;

  private static final Set<String> OPERATORS = Set.of("MatMul", "Gemm", "Conv");
  private static final String NOT_CONSTANT = "its weights are no FP32 constant of two dimensions";

  private final GraphDraft draft;
  private final Tally tally;

  // What has been made so far.
  private final List<NodeProto> out = new ArrayList<>();
  private final Map<String, Input> inputs = new HashMap<>();
  private final Map<String, Weights> weights = new HashMap<>();

  DynamicInt8(GraphDraft draft, Tally tally) {
    this.draft = draft;
    this.tally = tally;
  }

  /** Names of an input in integers, its scale and its zero point. */
  private record Input(String values, String scale, String zeroPoint) {}

  /** Names of weights in integers and their scales. */
  private record Weights(String values, String scales) {}

  ModelProto rewrite() {
    for (NodeProto node : draft.nodes()) {
      tally.skippedWithin(node, DynamicInt8::isMeant);
      if (!isMeant(node)) {
        out.add(node);
        continue;
      }
      Optional<String> obstacle = obstacle(node);
      if (obstacle.isPresent()) {
        tally.skipped(node, obstacle.get());
        out.add(node);
        continue;
      }
      if (node.getOpType().equals("Conv")) {
        convolution(node);
      } else {
        product(node);
      }
      tally.changed(node);
    }
    return draft.build(out, VariantKind.INT8_DYNAMIC.label());
  }

  private static boolean isMeant(NodeProto node) {
    return Nodes.isStandard(node) && OPERATORS.contains(node.getOpType());
  }

  private Optional<String> obstacle(NodeProto node) {
    boolean convolves = node.getOpType().equals("Conv");
    Optional<TensorProto> constant = Nodes.input(node, 1).flatMap(draft::floatConstant);
    if (constant.isEmpty()
        || (convolves ? constant.get().getDimsCount() < 3 : constant.get().getDimsCount() != 2)) {
      return Optional.of(convolves ? "its weights are no FP32 constant" : NOT_CONSTANT);
    }
    if (TensorValues.elements(constant.get()) < LEAST_WEIGHTS) {
      return Optional.of("it has fewer than %d weights".formatted(LEAST_WEIGHTS));
    }
    if (!Symmetric.isFinite(TensorValues.floats(constant.get()))) {
      return Optional.of("a weight is not finite");
    }
    if (node.getOpType().equals("Gemm") && Nodes.integer(node, "transA", 0) != 0) {
      return Optional.of("it transposes its input");
    }
    if (convolves
        && Nodes.input(node, 2).isPresent()
        && draft.floatConstant(node.getInput(2)).isEmpty()) {
      return Optional.of("its bias is no constant");
    }
    return Optional.empty();
  }

  private void product(NodeProto node) {
    boolean gemm = node.getOpType().equals("Gemm");
    boolean transposed = gemm && Nodes.integer(node, "transB", 0) != 0;
    float alpha = gemm ? Nodes.number(node, "alpha", 1f) : 1f;
    Input input = input(node.getInput(0));
    Weights weight = productWeights(node.getInput(1), transposed, alpha);
    String y = node.getOutput(0);
    String sum = draft.fresh(y + "_int32");
    out.add(
        Nodes.of(
            "MatMulInteger",
            List.of(input.values(), weight.values(), input.zeroPoint()),
            List.of(sum)));
    Optional<String> bias = gemm ? bias(node) : Optional.empty();
    finish(sum, scale(input, weight, y), bias, y);
  }

  private void convolution(NodeProto node) {
    Input input = input(node.getInput(0));
    TensorProto constant = draft.floatConstant(node.getInput(1)).orElseThrow();
    Weights weight =
        weights.computeIfAbsent("conv " + constant.getName(), key -> convolutionWeights(constant));
    String y = node.getOutput(0);
    String sum = draft.fresh(y + "_int32");
    String zeroPoint =
        draft.add(
            TensorValues.ofBytes(
                draft.fresh(y + "_weight_zero_point"),
                TensorProto.DataType.UINT8,
                List.of(),
                (byte) 0x80));
    out.add(
        Nodes.of(
                "ConvInteger",
                List.of(input.values(), weight.values(), input.zeroPoint(), zeroPoint),
                List.of(sum))
            .toBuilder()
            .addAllAttribute(node.getAttributeList())
            .build());
    Optional<String> bias =
        Nodes.input(node, 2)
            .flatMap(draft::floatConstant)
            .map(b -> reshaped(b, y + "_bias", constant.getDimsCount()));
    finish(sum, scale(input, weight, y), bias, y);
  }

  /** y = Cast(sum) × scale (+ bias) */
  private void finish(String sum, String scale, Optional<String> bias, String y) {
    String cast = draft.fresh(y + "_sum");
    out.add(
        Nodes.of(
            "Cast", List.of(sum), List.of(cast), Nodes.attribute("to", (long) TensorValues.FLOAT)));
    String scaled = bias.isPresent() ? draft.fresh(y + "_scaled") : y;
    out.add(Nodes.of("Mul", List.of(cast, scale), List.of(scaled)));
    bias.ifPresent(b -> out.add(Nodes.of("Add", List.of(scaled, b), List.of(y))));
  }

  private String scale(Input input, Weights weight, String y) {
    String scale = draft.fresh(y + "_scale");
    out.add(Nodes.of("Mul", List.of(input.scale(), weight.scales()), List.of(scale)));
    return scale;
  }

  /** The quantised form of a value, made once however many products take it. */
  private Input input(String value) {
    Input known = inputs.get(value);
    if (known != null) {
      return known;
    }
    Input made =
        new Input(
            draft.fresh(value + "_uint8"),
            draft.fresh(value + "_input_scale"),
            draft.fresh(value + "_input_zero_point"));
    out.add(
        Nodes.of(
            "DynamicQuantizeLinear",
            List.of(value),
            List.of(made.values(), made.scale(), made.zeroPoint())));
    inputs.put(value, made);
    return made;
  }

  private Weights productWeights(String name, boolean transposed, float alpha) {
    return weights.computeIfAbsent(
        "product %s %s %s".formatted(name, transposed, alpha),
        key -> {
          TensorProto constant = draft.floatConstant(name).orElseThrow();
          int rows = Math.toIntExact(constant.getDims(transposed ? 1 : 0));
          int columns = Math.toIntExact(constant.getDims(transposed ? 0 : 1));
          float[] values = TensorValues.floats(constant);
          float[] plain = transposed ? transpose(values, rows) : values;
          Symmetric q = Symmetric.of(plain, columns, 1, Symmetric.SEVEN_BITS);
          float[] scales = q.scales();
          for (int i = 0; i < scales.length; i++) {
            scales[i] *= alpha;
          }
          List<Long> shape = List.of((long) rows, (long) columns);
          return new Weights(
              draft.add(
                  TensorValues.ofBytes(
                      draft.fresh(name + "_int8"), TensorProto.DataType.INT8, shape, q.values())),
              draft.add(
                  TensorValues.ofFloats(
                      draft.fresh(name + "_scale"), List.of((long) columns), scales)));
        });
  }

  private Weights convolutionWeights(TensorProto constant) {
    int channels = Math.toIntExact(constant.getDims(0));
    float[] values = TensorValues.floats(constant);
    Symmetric q = Symmetric.of(values, channels, values.length / channels, Symmetric.EIGHT_BITS);
    String name = constant.getName();
    return new Weights(
        draft.add(
            TensorValues.ofBytes(
                draft.fresh(name + "_uint8"),
                TensorProto.DataType.UINT8,
                constant.getDimsList(),
                q.around128())),
        draft.add(
            TensorValues.ofFloats(
                draft.fresh(name + "_scale"),
                perChannel(channels, constant.getDimsCount()),
                q.scales())));
  }

  /** A Gemm's third input times beta. */
  private Optional<String> bias(NodeProto node) {
    float beta = Nodes.number(node, "beta", 1f);
    Optional<String> bias = Nodes.input(node, 2);
    if (bias.isEmpty() || beta == 1f) {
      return bias;
    }
    String factor =
        draft.add(TensorValues.ofFloats(draft.fresh(bias.get() + "_beta"), List.of(), beta));
    String scaled = draft.fresh(bias.get() + "_scaled");
    out.add(Nodes.of("Mul", List.of(bias.get(), factor), List.of(scaled)));
    return Optional.of(scaled);
  }

  private String reshaped(TensorProto bias, String hint, int rank) {
    float[] values = TensorValues.floats(bias);
    return draft.add(
        TensorValues.ofFloats(draft.fresh(hint), perChannel(values.length, rank), values));
  }

  /** The shape that broadcasts over [batch, channels, …]. */
  private static List<Long> perChannel(int channels, int rank) {
    List<Long> shape = new ArrayList<>(Collections.nCopies(rank - 1, 1L));
    shape.set(0, (long) channels);
    return shape;
  }

  /** Rows to columns; {@code width} values stand in a row. */
  private static float[] transpose(float[] values, int width) {
    int height = values.length / Math.max(1, width);
    float[] transposed = new float[values.length];
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < width; c++) {
        transposed[c * height + r] = values[r * width + c];
      }
    }
    return transposed;
  }
}
