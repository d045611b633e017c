package io.flotilla.controller.training;

import io.flotilla.bundle.manifest.Lineage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A run as the operator asks for it.
 *
 * @param pipeline text of the pipeline file
 * @param parameters in place of what the pipeline says: {@code seed} or {@code step.parameter}
 * @param inputs {@code name:version}, or a name alone for the latest, by the pipeline's input
 * @param champion {@code model:version} to compare with
 * @param model name of the model that it trains
 * @param fresh true to compute every step anew instead of taking what earlier runs made of the same
 *     inputs; default false
 * @param git the code that the pipeline belongs to
 * @param reason why it is started
 */
public record RunRequest(
    String pipeline,
    Optional<Map<String, Object>> parameters,
    Map<String, String> inputs,
    Optional<String> champion,
    String model,
    Optional<Boolean> fresh,
    Optional<Git> git,
    Optional<String> reason) {
  /**
   * What git says about the folder where the run was asked for.
   *
   * @param commit 40 or 64 hexadecimal digits
   * @param branch the branch
   * @param remote where the commit can be fetched from; user, password and query are left out
   * @param dirty whether files differ from the commit
   */
  public record Git(
      String commit, Optional<String> branch, Optional<String> remote, boolean dirty) {
    Lineage lineage() {
      return new Lineage(Optional.of(commit), dirty, List.of(), Optional.empty())
          .withOrigin(branch, remote);
    }
  }

  /** Copies the map. */
  public RunRequest {
    inputs = Map.copyOf(inputs);
  }

  /** The parameters as text. */
  Map<String, String> overrides() {
    Map<String, String> overrides = new TreeMap<>();
    parameters
        .orElse(Map.of())
        .forEach((name, value) -> overrides.put(name, String.valueOf(value)));
    return overrides;
  }
}
