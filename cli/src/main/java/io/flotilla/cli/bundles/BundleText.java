package io.flotilla.cli.bundles;

import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.InspectedBundle;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Table;
import java.util.stream.Collectors;

/** Bundles in words. */
final class BundleText {
  private BundleText() {}

  static Json json(InspectedBundle bundle) {
    return Json.object()
        .put("digest", bundle.digest().toString())
        .put("signed", bundle.claimedKeyId().isPresent())
        .put("claimedKeyId", bundle.claimedKeyId().orElse(null))
        .put("manifest", Json.parse(ManifestCodec.encode(bundle.manifest())));
  }

  static String describe(InspectedBundle bundle) {
    Manifest manifest = bundle.manifest();
    Table table = new Table("MODEL", manifest.name());
    table.row("digest", bundle.digest());
    table.row(
        "signed",
        bundle
            .claimedKeyId()
            .map(id -> "says by key " + id.substring(0, Math.min(12, id.length())))
            .orElse("no"));
    for (TensorSpec input : manifest.inputs()) {
      table.row("input", tensor(input));
    }
    for (TensorSpec output : manifest.outputs()) {
      table.row("output", tensor(output));
    }
    for (Variant variant : manifest.variants()) {
      table.row("variant", variant(variant));
    }
    table.row("lineage", lineage(manifest.lineage()));
    table.row(
        "capture",
        "%.0f %% of inputs, windows of %d rows"
            .formatted(
                manifest.capture().inputSampleRate() * 100, manifest.capture().windowRows()));
    manifest.properties().forEach(table::row);
    return table.toString();
  }

  private static String tensor(TensorSpec spec) {
    String shape =
        spec.shape().stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
    return "%s %s%s%s"
        .formatted(
            spec.name(),
            spec.type(),
            shape,
            spec.categories().isEmpty() ? "" : " of " + String.join(", ", spec.categories()));
  }

  private static String variant(Variant variant) {
    String opsets =
        variant.opsets().entrySet().stream()
            .map(e -> (e.getKey().isEmpty() ? "ai.onnx" : e.getKey()) + " " + e.getValue())
            .collect(Collectors.joining(", "));
    return "%s: %s, %d bytes, ONNX IR %d, %s, on %s"
        .formatted(
            variant.id(),
            variant.path(),
            variant.sizeBytes(),
            variant.irVersion(),
            opsets,
            variant.providers().isEmpty() ? "any accelerator" : variant.providers());
  }

  private static String lineage(Lineage lineage) {
    String commit =
        lineage
            .gitCommit()
            .map(c -> "commit " + c.substring(0, 12) + (lineage.gitDirty() ? " with changes" : ""))
            .orElse("no commit known");
    String datasets =
        lineage.datasets().isEmpty() ? "" : ", data " + String.join(", ", lineage.datasets());
    return commit + datasets + lineage.run().map(run -> ", run " + run).orElse("");
  }
}
