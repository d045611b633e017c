package io.flotilla.controller.access;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Who asks. The API binds the caller to a request, the request's work on other threads and its
 * decisions carry it along, and the audit says its name.
 *
 * @param name such as {@code anna}; {@code controller} for what the controller does by itself
 * @param from the address that the request came from; "" if none did
 * @param request id of the request, for logs on all sides; "" if there is none
 * @param grants what it may do
 */
public record Caller(String name, String from, String request, List<Grant> grants) {
  /** The controller itself. */
  public static final Caller CONTROLLER =
      new Caller("controller", "", "", List.of(Grant.everywhere(Role.ADMIN)));

  private static final ScopedValue<Caller> BOUND = ScopedValue.newInstance();
  private static final String LOCAL = Caller.class.getName();

  /** Copies the grants. */
  public Caller {
    grants = List.copyOf(grants);
  }

  /** Who the present work is for: {@link #CONTROLLER} if nobody asked for it. */
  public static Caller current() {
    if (BOUND.isBound()) {
      return BOUND.get();
    }
    Context context = Vertx.currentContext();
    if (context == null) {
      return CONTROLLER;
    }
    return Optional.<Caller>ofNullable(context.getLocal(LOCAL)).orElse(CONTROLLER);
  }

  /** Makes this the caller of the request whose context is the current one. */
  public void bindToRequest() {
    Objects.requireNonNull(Vertx.currentContext(), "not on a context").putLocal(LOCAL, this);
  }

  /** Runs work for this caller. */
  public <R, X extends Throwable> R call(ScopedValue.CallableOp<? extends R, X> work) throws X {
    return ScopedValue.where(BOUND, this).call(work);
  }

  /** Whether some grant has this permission, wherever it counts. */
  public boolean may(Permission permission) {
    return grants.stream().anyMatch(grant -> grant.role().permissions().contains(permission));
  }

  /** Whether this may be done to this model. */
  public boolean may(Permission permission, String model) {
    return granted(permission).stream().anyMatch(grant -> grant.covers(model));
  }

  /**
   * Returns if this may be done at all.
   *
   * @throws FlotillaException {@code FORBIDDEN}
   */
  public void require(Permission permission) {
    if (!may(permission)) {
      throw forbidden(permission, "");
    }
  }

  /**
   * Returns if this may be done to this model.
   *
   * @throws FlotillaException {@code FORBIDDEN}
   */
  public void requireModel(Permission permission, String model) {
    if (!may(permission, model)) {
      throw forbidden(permission, " for model " + model);
    }
  }

  /** The grants that have this permission. */
  public List<Grant> granted(Permission permission) {
    return grants.stream()
        .filter(grant -> grant.role().permissions().contains(permission))
        .toList();
  }

  /** The refusal. */
  public FlotillaException forbidden(Permission permission, String about) {
    return new FlotillaException(
        ErrorCode.FORBIDDEN,
        "%s has no grant of %s%s: ask an admin".formatted(name, permission, about));
  }
}
