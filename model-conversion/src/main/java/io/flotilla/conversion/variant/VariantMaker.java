package io.flotilla.conversion.variant;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.graph.GraphDraft;
import io.flotilla.conversion.graph.OnnxFiles;
import io.flotilla.conversion.graph.Opsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes a variant of a model file. */
public final class VariantMaker {
  private static final int NAMED_REASONS = 5;

  private VariantMaker() {}

  /**
   * Writes a variant; the same original gives the same bytes. Weights that the original keeps in
   * files beside it lie in the variant itself.
   *
   * @param original a model of opset 7 or newer, at most {@link OnnxFiles#MAX_BYTES}
   * @param out the file to write, whole or not at all; one that exists is replaced
   * @throws FlotillaException
   *     <ul>
   *       <li>as {@link OnnxFiles#read} and {@link OnnxFiles#write}
   *       <li>{@code CONVERSION_FAILED}: there is nothing to convert, with the reasons; the opset
   *           is too old for the kind and cannot be raised without changing the model's meaning
   *     </ul>
   */
  public static Rewrite make(Path original, VariantKind kind, Path out) {
    ModelProto model = OnnxFiles.read(original);
    String name = Printable.of(String.valueOf(original.getFileName()));
    GraphDraft draft = new GraphDraft(model);
    checkOpset(name, kind, model, draft.opset());
    Tally tally = new Tally();
    ModelProto variant =
        switch (kind) {
          case FP16 -> new HalfPrecision(draft, tally).rewrite();
          case INT8_DYNAMIC -> Opsets.raise(new DynamicInt8(draft, tally).rewrite());
          case INT8_WEIGHTS -> new WeightInt8(draft, tally).rewrite();
        };
    if (tally.changedNothing()) {
      throw nothing(name, kind, tally.rewrite());
    }
    OnnxFiles.write(variant, out);
    return tally.rewrite();
  }

  private static void checkOpset(String name, VariantKind kind, ModelProto model, long opset) {
    if (opset < Opsets.OLDEST) {
      throw failed(
          opset == 0
              ? "%s uses no operator of ONNX's own domain, so there is nothing to convert to %s"
                  .formatted(name, kind.label())
              : "%s has the opset %d, and models from %d on are converted; export it anew"
                  .formatted(name, opset, Opsets.OLDEST));
    }
    if (kind != VariantKind.INT8_DYNAMIC) {
      return;
    }
    Optional<String> obstacle = Opsets.obstacle(model, opset);
    if (obstacle.isPresent()) {
      throw failed(
          "%s has the opset %d and %s needs %d, which it cannot be raised to: %s; export it anew"
              .formatted(name, opset, kind.label(), Opsets.DYNAMIC_INT8, obstacle.get()));
    }
  }

  private static FlotillaException nothing(String name, VariantKind kind, Rewrite rewrite) {
    List<Skipped> skipped = rewrite.skipped();
    String reasons =
        skipped.stream()
            .limit(NAMED_REASONS)
            .map(s -> "%d × %s: %s".formatted(s.nodes(), s.operator(), s.reason()))
            .collect(Collectors.joining("; ", " (", ")"));
    return failed(
        "there is nothing in %s to convert to %s%s"
            .formatted(name, kind.label(), skipped.isEmpty() ? "" : reasons));
  }

  private static FlotillaException failed(String sentence) {
    return new FlotillaException(ErrorCode.CONVERSION_FAILED, sentence);
  }
}
