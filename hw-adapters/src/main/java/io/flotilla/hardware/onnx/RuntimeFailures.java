package io.flotilla.hardware.onnx;

import ai.onnxruntime.OrtException;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Locale;

/** What the runtime says when it refuses, in our codes and one sentence. */
final class RuntimeFailures {
  private static final int MAX_QUOTE_CHARS = 300;

  /** What the runtime writes around what it means, in this order. */
  private static final List<String> DECORATIONS =
      List.of(
          "^Error code - \\S+ - message: ",
          "^Load model from .{1,4096}? failed: ?",
          "^Exception during initialization: ",
          "^Non-zero status code returned while running ",
          "/onnxruntime_src/\\S+ ",
          "\\b[\\w:<>*& ]*onnxruntime::.{0,2000}?\\) (?=\\p{Lu}|\\S+ was )");

  private RuntimeFailures() {}

  /** A refusal to load. */
  static FlotillaException loading(String model, OrtException refusal) {
    return new FlotillaException(
        loadCode(refusal),
        "the runtime does not load %s: %s".formatted(model, quote(refusal)),
        refusal);
  }

  /** A failure while scoring. */
  static FlotillaException scoring(OrtException failure) {
    ErrorCode code =
        failure.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT
            ? ErrorCode.INPUT_INVALID
            : ErrorCode.SCORING_FAILED;
    return new FlotillaException(code, "the model failed to score: " + quote(failure), failure);
  }

  // The runtime's own codes are too coarse here: the same one stands for very different refusals.
  private static ErrorCode loadCode(OrtException refusal) {
    String said = String.valueOf(refusal.getMessage()).toLowerCase(Locale.ROOT);
    if (said.contains("unsupported model ir version") || said.contains("is under development")) {
      return ErrorCode.MODEL_TOO_NEW;
    }
    if (said.contains("is not a registered function/op")
        || said.contains("no op registered for")
        || said.contains("no opset import for domain")) {
      return ErrorCode.MODEL_UNSUPPORTED;
    }
    if (said.contains("invalid model") || said.contains("type error")) {
      return ErrorCode.MODEL_MALFORMED;
    }
    return switch (refusal.getCode()) {
      case ORT_NOT_IMPLEMENTED -> ErrorCode.MODEL_UNSUPPORTED;
      case ORT_INVALID_PROTOBUF, ORT_INVALID_GRAPH, ORT_INVALID_ARGUMENT ->
          ErrorCode.MODEL_MALFORMED;
      case ORT_NO_SUCHFILE -> ErrorCode.FILE_MISSING;
      default -> ErrorCode.LOAD_FAILED;
    };
  }

  /** The runtime's message as part of a sentence: one line, without its paths and functions. */
  private static String quote(OrtException failure) {
    String plain = String.valueOf(failure.getMessage()).replaceAll("[\\p{Cntrl}\\s]+", " ");
    for (String decoration : DECORATIONS) {
      plain = plain.replaceFirst(decoration, "");
    }
    plain = plain.strip();
    return plain.length() <= MAX_QUOTE_CHARS ? plain : plain.substring(0, MAX_QUOTE_CHARS) + "…";
  }
}
