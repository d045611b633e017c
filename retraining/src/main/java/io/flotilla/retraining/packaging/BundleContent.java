package io.flotilla.retraining.packaging;

import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.train.LinearModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a bundle is made of.
 *
 * @param name of the model
 * @param model the weights
 * @param onnx its ONNX file
 * @param reference rows that the baseline of {@link Table#REFERENCE} is built from
 * @param cohorts rows of further cohorts; those of {@link Table#REFERENCE} are left aside
 * @param lineage where it came from
 */
public record BundleContent(
    String name,
    LinearModel model,
    Path onnx,
    Table reference,
    Optional<Table> cohorts,
    Lineage lineage) {
  /**
   * Checks that the tables fit the model.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if one has other
   *     features
   */
  public BundleContent {
    reference.requireFeatures(model.features());
    cohorts.ifPresent(table -> table.requireFeatures(model.features()));
  }
}
