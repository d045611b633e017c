package io.flotilla.registry.environment;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Environments by name and version. A version is its content: registering the same specification
 * again under the same name gives the version that is there. Reading is thread-safe; changes are
 * part of a transaction, whose owner sees to their order.
 */
public final class EnvironmentRegistry {
  /** Most environments of one page. */
  public static final int MAX_PAGE = 1000;

  private static final String HEADS = "environment/";
  private static final String VERSIONS = "environment-version/";
  private static final String CONTENTS = "environment-content/";
  private static final int MAX_DESCRIPTION = 4096;

  private final RecordStore store;
  private final Clock clock;

  /** A registry on this store. */
  public EnvironmentRegistry(RecordStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * What is to be registered.
   *
   * @param name of the environment
   * @param spec what it asks for
   * @param description what it is for; at most 4,096 characters
   * @param by the operator
   */
  public record Draft(String name, EnvironmentSpec spec, String description, String by) {
    /**
     * Checks name and description.
     *
     * @throws FlotillaException {@code NAME_INVALID}; {@code ENVIRONMENT_INVALID} if the
     *     description is too long
     */
    public Draft {
      Names.requireName("environment", name);
      Invalid.unless(
          description.length() <= MAX_DESCRIPTION,
          "an environment's description has at most %d characters".formatted(MAX_DESCRIPTION));
    }
  }

  /**
   * What {@link #commit} did.
   *
   * @param created false if the same content was there already
   */
  public record Registered(Environment environment, boolean created) {}

  /**
   * Some environments, by name and version.
   *
   * @param next gives the following page as {@code after}; empty at the end
   */
  public record Page(List<Environment> items, Optional<String> next) {
    /** Copies the items. */
    public Page {
      items = List.copyOf(items);
    }
  }

  /** Registers a specification under the next version of its name, as a part of {@code tx}. */
  public Registered commit(RecordTransaction tx, Draft draft) {
    String name = draft.name();
    String digest = draft.spec().digest().hex();
    String contentKey = CONTENTS + name + "/" + digest;
    Optional<Environment> same =
        tx.get(contentKey)
            .map(json -> RecordCodec.decode(json, Numbered.class))
            .flatMap(found -> find(tx, name, found.version()));
    if (same.isPresent()) {
      return new Registered(same.get(), false);
    }
    int version = last(tx::get, name) + 1;
    Environment environment =
        new Environment(
            name, version, digest, draft.spec(), draft.description(), draft.by(), clock.millis());
    byte[] numbered = RecordCodec.encode(new Numbered(version));
    tx.put(HEADS + name, numbered);
    tx.put(contentKey, numbered);
    tx.put(key(name, version), RecordCodec.encode(environment));
    return new Registered(environment, true);
  }

  /** The environment of this name and version; empty if there is none. */
  public Optional<Environment> find(String name, int version) {
    return find(store::get, name, version);
  }

  /** The same, as a transaction sees it. */
  public Optional<Environment> find(RecordTransaction tx, String name, int version) {
    return find(tx::get, name, version);
  }

  /**
   * The environment that {@code name:version} names, or the latest where it is a name alone.
   *
   * @throws FlotillaException {@code ENVIRONMENT_NOT_FOUND} if there is none or the text is neither
   */
  public Environment resolve(String reference) {
    return resolve(store::get, reference);
  }

  /** The same, as a transaction sees it. */
  public Environment resolve(RecordTransaction tx, String reference) {
    return resolve(tx::get, reference);
  }

  /**
   * A page of all versions of all environments.
   *
   * @param after {@link Page#next} of the page before; "" to begin
   * @param limit 1 to {@link #MAX_PAGE}
   * @throws FlotillaException {@code CURSOR_INVALID}
   */
  public Page list(String after, int limit) {
    int most = Math.clamp(limit, 1, MAX_PAGE);
    List<Environment> found =
        store.scan(VERSIONS, after.isEmpty() ? "" : cursorKey(after), most).stream()
            .map(entry -> RecordCodec.decode(entry.value(), Environment.class))
            .toList();
    return new Page(
        found, found.size() < most ? Optional.empty() : Optional.of(found.getLast().reference()));
  }

  private static String cursorKey(String after) {
    return Reference.parse(after)
        .filter(cursor -> cursor.version() > 0)
        .map(cursor -> key(cursor.name(), cursor.version()))
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.CURSOR_INVALID,
                    "the cursor is not one that a list of environments gave: begin without one"));
  }

  private static Optional<Environment> find(
      Function<String, Optional<byte[]>> records, String name, int version) {
    if (!Names.isName(name) || version < 1) {
      return Optional.empty();
    }
    return records
        .apply(key(name, version))
        .map(json -> RecordCodec.decode(json, Environment.class));
  }

  private static Environment resolve(Function<String, Optional<byte[]>> records, String reference) {
    return Reference.parse(reference)
        .flatMap(
            named ->
                find(
                    records,
                    named.name(),
                    named.version() > 0 ? named.version() : last(records, named.name())))
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.ENVIRONMENT_NOT_FOUND,
                    "no environment %s is registered".formatted(Printable.of(reference))));
  }

  private static int last(Function<String, Optional<byte[]>> records, String name) {
    return records
        .apply(HEADS + name)
        .map(json -> RecordCodec.decode(json, Numbered.class).version())
        .orElse(0);
  }

  private static String key(String name, int version) {
    return String.format(Locale.ROOT, "%s%s/%010d", VERSIONS, name, version);
  }

  private record Numbered(int version) {}

  /** {@code name} (version 0) or {@code name:version}. */
  private record Reference(String name, int version) {
    static Optional<Reference> parse(String text) {
      int colon = text.indexOf(':');
      String name = colon < 0 ? text : text.substring(0, colon);
      String version = colon < 0 ? "0" : text.substring(colon + 1);
      return Names.isName(name) && version.matches(colon < 0 ? "0" : "[1-9][0-9]{0,8}")
          ? Optional.of(new Reference(name, Integer.parseInt(version)))
          : Optional.empty();
    }
  }
}
