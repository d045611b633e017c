package io.flotilla.hardware.inspect;

import java.util.Comparator;

/**
 * How often a model uses an operator.
 *
 * @param domain its domain; the default one is {@code ai.onnx}
 * @param type its name, such as {@code Gemm}
 * @param opset version of the domain's operator set that the model, or the function around the
 *     node, asks for; 0 if it asks for none
 * @param nodes nodes of it, those of subgraphs and functions included
 * @param mainNodes those that stand in the main graph itself, and so always run
 */
public record OperatorUse(String domain, String type, long opset, long nodes, long mainNodes) {
  /** By domain, name and opset. */
  static final Comparator<OperatorUse> ORDER =
      Comparator.comparing(OperatorUse::domain)
          .thenComparing(OperatorUse::type)
          .thenComparingLong(OperatorUse::opset);

  /** Domain and name, as in {@code ai.onnx:Gemm}. */
  public String name() {
    return domain + ":" + type;
  }
}
