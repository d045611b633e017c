package io.flotilla.controller.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.access.Role;
import io.flotilla.controller.http.RateLimits;
import io.flotilla.controller.http.codec.ApiJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The file {@value #NAME} in the controller's folder: a JSON form of {@link AccessPolicy}. */
public final class AccessFile {
  /** What the file is called. */
  public static final String NAME = "access.json";

  private static final String DEFAULT_NAME_CLAIM = "sub";
  private static final String DEFAULT_ROLES_CLAIM = "roles";
  private static final long MAX_BYTES = 1 << 20;

  private AccessFile() {}

  /** The whole file. */
  record Form(Optional<IssuerForm> issuer, Optional<RateLimits> limits) {}

  /** The issuer in it. */
  record IssuerForm(
      String issuer,
      String audience,
      URI keys,
      Optional<String> nameClaim,
      Optional<String> rolesClaim,
      Map<String, List<GrantForm>> roles) {
    AccessPolicy.Issuer toIssuer() {
      return new AccessPolicy.Issuer(
          issuer,
          audience,
          keys,
          nameClaim.orElse(DEFAULT_NAME_CLAIM),
          rolesClaim.orElse(DEFAULT_ROLES_CLAIM),
          roles.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey,
                      role -> role.getValue().stream().map(GrantForm::grant).toList())));
    }
  }

  /**
   * A grant, here and in requests.
   *
   * @param role as {@link Role#text}
   * @param models model pattern; all if missing
   * @param devices selector; all if missing
   */
  record GrantForm(String role, Optional<String> models, Optional<String> devices) {
    Grant grant() {
      return new Grant(Role.parse(role), models.orElse(Grant.ALL), devices.orElse(Grant.ALL));
    }
  }

  /**
   * What the file in this folder says; {@link AccessPolicy#DEFAULT} if there is none.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public static AccessPolicy read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      if (!Files.exists(file)) {
        return AccessPolicy.DEFAULT;
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new FlotillaException(
            ErrorCode.CONFIGURATION_INVALID, "%s is over %d bytes".formatted(file, MAX_BYTES));
      }
      Form form = ApiJson.decode(Files.readAllBytes(file), Form.class);
      return new AccessPolicy(
          form.issuer().map(IssuerForm::toIssuer), form.limits().orElse(RateLimits.DEFAULT));
    } catch (IOException e) {
      throw invalid(file, "cannot be read", e);
    } catch (FlotillaException e) {
      throw invalid(file, "is wrong: " + e.getMessage(), e);
    }
  }

  private static FlotillaException invalid(Path file, String what, Exception cause) {
    return new FlotillaException(
        ErrorCode.CONFIGURATION_INVALID, "%s %s".formatted(file, what), cause);
  }
}
