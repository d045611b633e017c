package io.flotilla.cli.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that says what an operator may do, and where. */
public final class GrantOption {
  private static final int PARTS = 3;

  @Option(
      names = "--grant",
      required = true,
      paramLabel = "ROLE[:MODELS[:SELECTOR]]",
      description = {
        "A role (viewer, operator, publisher, approver, admin), for which models and which devices;",
        "all where left out. May be given several times."
      })
  private List<String> grants = List.of();

  /**
   * The API's form of the grants.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a part is empty
   */
  Json body() {
    Json list = Json.array();
    for (String grant : grants) {
      String[] parts = grant.split(":", PARTS);
      for (String part : parts) {
        if (part.isBlank()) {
          throw new FlotillaException(
              ErrorCode.INPUT_INVALID,
              "a grant is ROLE[:MODELS[:SELECTOR]], such as operator:vision-*:site=lyon");
        }
      }
      Json one = Json.object().put("role", parts[0]);
      if (parts.length > 1) {
        one.put("models", parts[1]);
      }
      if (parts.length == PARTS) {
        one.put("devices", parts[2]);
      }
      list.add(one);
    }
    return Json.object().put("grants", list);
  }
}
