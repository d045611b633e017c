package io.flotilla.retraining.train;

/**
 * What training gave.
 *
 * @param model the weights
 * @param onnx the ONNX file: input {@value #INPUT}, FP32 [batch, features], unscaled; output
 *     {@value #OUTPUT}, FP32 [batch, labels]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
public record TrainedModel(LinearModel model, byte[] onnx) {
  /** Name of the input tensor. */
  public static final String INPUT = "input";

  /** Name of the output tensor. */
  public static final String OUTPUT = "output";
}
