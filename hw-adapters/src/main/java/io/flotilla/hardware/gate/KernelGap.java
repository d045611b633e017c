package io.flotilla.hardware.gate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Operators of ONNX for which the runtime's CPU provider has no kernel in some opsets, whatever
 * their types: measured with one-node models on eighteen releases from 1.10 to 1.29, which agree.
 * Operators that the runtime removes before it looks for kernels, like {@code Dropout}, are left
 * out, and so is what depends on types: a trial tells.
 *
 * @param type name in the default domain
 * @param from first opset without a kernel
 * @param to last opset without a kernel
 */
record KernelGap(String type, long from, long to) {
  private static final String ONNX = "ai.onnx";
  private static final String TRAINING = "ai.onnx.preview.training";
  private static final String PREVIEW = "ai.onnx.preview";
  private static final long NEWEST = RuntimeRelease.NEWEST.opsets().getOrDefault(ONNX, 0L);

  private static final List<KernelGap> ALL =
      Stream.of(
              gaps(
                  1,
                  6,
                  "Add Sub Mul Div Pow And Or Xor Equal Greater Less Gemm PRelu BatchNormalization"
                      + " AveragePool RNN GRU LSTM"),
              gaps(
                  1,
                  5,
                  "Relu Sigmoid Tanh Exp Sqrt Abs Neg Sum Max Min Mean Clip Selu Elu LeakyRelu"
                      + " HardSigmoid InstanceNormalization Floor Ceil Reciprocal Log"),
              gaps(1, 3, "Concat"),
              gaps(1, 1, "Split Pad GlobalLpPool LpPool"),
              gaps(20, NEWEST, "ImageDecoder"),
              gaps(
                  22,
                  NEWEST,
                  "RandomUniformLike RandomNormalLike RandomUniform RandomNormal Multinomial"
                      + " RoiAlign GlobalLpPool MaxRoiPool"))
          .flatMap(gaps -> gaps)
          .toList();

  /** Domains that the runtime has operators in, or may have. */
  private static final List<String> SERVED =
      List.of(ONNX, "ai.onnx.ml", "com.microsoft", "com.ms", "org.pytorch");

  /** Whether no release up to {@link RuntimeRelease#NEWEST} can run the operator on the CPU. */
  static boolean covers(ModelNeeds.Operator operator) {
    if (operator.domain().equals(ONNX)) {
      return ALL.stream()
          .anyMatch(
              gap ->
                  gap.type.equals(operator.type())
                      && gap.from <= operator.opset()
                      && operator.opset() <= gap.to);
    }
    return !isServed(operator.domain());
  }

  /** Why, as the end of a sentence that begins with the operator. */
  static String reason(ModelNeeds.Operator operator) {
    return switch (operator.domain()) {
      case ONNX -> "has no kernel in it";
      case TRAINING -> "is for training, and it only runs models";
      case PREVIEW -> "is a preview that it does not have";
      default -> "is neither its own nor a function of the model";
    };
  }

  private static boolean isServed(String domain) {
    return SERVED.stream().anyMatch(served -> domain.equals(served) || isInside(domain, served));
  }

  // The previews of ONNX lie in domains of the same beginning, and are not served.
  private static boolean isInside(String domain, String served) {
    return !served.startsWith(ONNX) && domain.startsWith(served + ".");
  }

  private static Stream<KernelGap> gaps(long from, long to, String types) {
    return Arrays.stream(types.split(" ")).map(type -> new KernelGap(type, from, to));
  }
}
