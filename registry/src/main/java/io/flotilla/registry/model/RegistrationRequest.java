package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody who registers a bundle says about it. All of it is ignored if the same bundle is
 * registered already.
 *
 * @param model name that the caller means; the bundle's own must be the same
 * @param description what the version is, up to {@link Names#MAX_DESCRIPTION} characters
 * @param reason why it is made, up to {@link Names#MAX_REASON} characters
 * @param tags free text by key, see {@link Names#requireTags}; can be changed later
 * @param metrics numbers by name, see {@link Names#requireMetrics}; can be changed later
 * @param datasets up to {@value #MAX_DATASETS}
 * @param environment {@code name:version} of what it needs to run
 * @param by the operator
 */
public record RegistrationRequest(
    String model,
    String description,
    String reason,
    Map<String, String> tags,
    Map<String, Double> metrics,
    List<DatasetLink> datasets,
    Optional<String> environment,
    String by) {
  /** Most datasets. */
  public static final int MAX_DATASETS = 64;

  /**
   * Checks form and limits.
   *
   * @throws FlotillaException {@code NAME_INVALID} for the model's name; {@code INPUT_INVALID} for
   *     anything else
   */
  public RegistrationRequest {
    Names.requireName("model", model);
    Names.requireDescription(description);
    Names.requireReason(reason);
    Names.requireTags(tags);
    Names.requireMetrics(metrics);
    if (datasets.size() > MAX_DATASETS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "at most %d datasets can be linked".formatted(MAX_DATASETS));
    }
    environment.ifPresent(reference -> Names.requireReference("environment", reference));
    tags = Map.copyOf(tags);
    metrics = Map.copyOf(metrics);
    datasets = List.copyOf(datasets);
  }

  /** Tags only. */
  public static RegistrationRequest of(String model, Map<String, String> tags, String by) {
    return new RegistrationRequest(model, "", "", tags, Map.of(), List.of(), Optional.empty(), by);
  }
}
