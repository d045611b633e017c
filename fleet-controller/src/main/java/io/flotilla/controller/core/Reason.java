package io.flotilla.controller.core;

import io.flotilla.controller.access.Caller;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.name.Names;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Why an operator does something. Every request that changes something may say so, as the member
 * {@value #NAME} of its JSON body or, where there is none, of its query; the audit entry of what it
 * did has it among its details.
 *
 * @param text one line of up to {@link Names#MAX_REASON} characters; empty if nothing was said
 */
public record Reason(String text) {
  /** What it is called in requests and in audit entries. */
  public static final String NAME = "reason";

  /** What audit entries call the address that a request came from. */
  public static final String FROM = "from";

  /** Nothing was said. */
  public static final Reason NONE = new Reason("");

  /**
   * Checks the text.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if it is too long or
   *     holds control characters
   */
  public Reason {
    Names.requireReason(text);
  }

  /**
   * What a request says.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} as above
   */
  public static Reason of(Optional<String> said) {
    return said.map(Reason::new).orElse(NONE);
  }

  /** What the present caller does for this reason. */
  public AuditAction action(String action, String subject) {
    return action(action, subject, Map.of());
  }

  /**
   * What the present caller does for this reason.
   *
   * @param details more about it
   */
  public AuditAction action(String action, String subject, Map<String, String> details) {
    return new AuditAction(Caller.current().name(), action, subject, with(details));
  }

  /** The details of an audit entry with this one, if something was said, and where from. */
  public Map<String, String> with(Map<String, String> details) {
    Map<String, String> all = new LinkedHashMap<>(details);
    if (!text.isEmpty()) {
      all.put(NAME, text);
    }
    Caller caller = Caller.current();
    if (!caller.from().isEmpty()) {
      all.put(FROM, caller.from());
    }
    return all;
  }
}
