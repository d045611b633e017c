package io.flotilla.registry.environment;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What models need of the machine they run on.
 *
 * @param runtime versions of ONNX Runtime that will do
 * @param limits the newest formats that models of this environment may have
 * @param providers execution providers of which one is enough, preferred ones first, at most 32,
 *     such as {@code CPUExecutionProvider}; empty if any will do
 * @param cpuFeatures instruction sets that must all be there, at most 64, as Linux names them, such
 *     as {@code avx2}
 * @param architectures processor architectures of which one must be there, at most 16, such as
 *     {@code amd64} ({@code x86_64} is the same) and {@code aarch64} ({@code arm64}); empty if any
 *     will do
 * @param needs memory and threads
 * @param hookAbi version of the hook interface, 1 to 32 characters; empty if there are no hooks
 * @param sessionOptions settings of the runtime's session by their key, at most 64, such as {@code
 *     session.intra_op.allow_spinning}; values of up to 256 characters
 */
public record EnvironmentSpec(
    RuntimeRange runtime,
    Limits limits,
    List<String> providers,
    Set<String> cpuFeatures,
    Set<String> architectures,
    Needs needs,
    Optional<String> hookAbi,
    Map<String, String> sessionOptions) {
  /** Asks for nothing. */
  public static final EnvironmentSpec ANY =
      new EnvironmentSpec(
          RuntimeRange.ANY,
          Limits.NONE,
          List.of(),
          Set.of(),
          Set.of(),
          Needs.NONE,
          Optional.empty(),
          Map.of());

  private static final Pattern PROVIDER = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
  private static final Pattern WORD = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final Pattern OPTION = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,127}");
  private static final int MAX_PROVIDERS = 32;
  private static final int MAX_FEATURES = 64;
  private static final int MAX_ARCHITECTURES = 16;
  private static final int MAX_OPTIONS = 64;
  private static final int MAX_ABI_CHARS = 32;
  private static final int MAX_OPTION_CHARS = 256;

  /**
   * Checks everything and puts it in order, so that specifications that say the same are equal.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ENVIRONMENT_INVALID} if a name is
   *     none, something repeats, or there is too much of it
   */
  public EnvironmentSpec {
    requireNames("providers", PROVIDER, providers, MAX_PROVIDERS);
    Invalid.unless(
        new HashSet<>(providers).size() == providers.size(),
        "an environment names an execution provider twice");
    providers = List.copyOf(providers);
    cpuFeatures = sorted(cpuFeatures, UnaryOperator.identity());
    requireNames("cpuFeatures", WORD, cpuFeatures, MAX_FEATURES);
    architectures = sorted(architectures, EnvironmentSpec::architecture);
    requireNames("architectures", WORD, architectures, MAX_ARCHITECTURES);
    Invalid.unless(
        hookAbi.map(abi -> Invalid.plain(abi, MAX_ABI_CHARS)).orElse(true),
        "the version of an environment's hook interface has 1 to 32 printable characters");
    sessionOptions = Collections.unmodifiableSortedMap(new TreeMap<>(sessionOptions));
    requireNames("sessionOptions", OPTION, sessionOptions.keySet(), MAX_OPTIONS);
    Invalid.unless(
        sessionOptions.values().stream().allMatch(v -> Invalid.plain(v, MAX_OPTION_CHARS)),
        "a session option has a value of 1 to 256 printable characters");
  }

  /**
   * The newest formats that models may have. They bind the models; whether a machine's runtime
   * reads them is asked of the runtime.
   *
   * @param maxIrVersion newest ONNX IR version, 1 to 1,000; empty for no limit
   * @param opsets newest version of each operator set by domain, 1 to 1,000; the default domain is
   *     the empty text; at most 64; a domain that is not named has no limit
   */
  public record Limits(Optional<Long> maxIrVersion, Map<String, Long> opsets) {
    /** No limits. */
    public static final Limits NONE = new Limits(Optional.empty(), Map.of());

    private static final int MAX_OPSETS = 64;
    private static final int MAX_DOMAIN_CHARS = 128;
    private static final long MAX_VERSION = 1000;

    /**
     * Checks the ranges.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code ENVIRONMENT_INVALID}
     */
    public Limits {
      opsets = Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
      Invalid.unless(
          maxIrVersion.map(Limits::isVersion).orElse(true),
          "an environment's maxIrVersion is 1 to 1000");
      Invalid.unless(
          opsets.size() <= MAX_OPSETS && opsets.values().stream().allMatch(Limits::isVersion),
          "an environment has at most 64 opsets, each of version 1 to 1000");
      Invalid.unless(
          opsets.keySet().stream()
              .allMatch(domain -> domain.isEmpty() || Invalid.plain(domain, MAX_DOMAIN_CHARS)),
          "the domain of an opset has at most 128 printable characters");
    }

    private static boolean isVersion(long version) {
      return version >= 1 && version <= MAX_VERSION;
    }
  }

  /**
   * How much of a machine a model takes.
   *
   * @param memoryBytes memory, 0 to 2^50; 0 if it does not matter
   * @param threads processors, 0 to 4,096; 0 if it does not matter
   */
  public record Needs(long memoryBytes, int threads) {
    /** Nothing matters. */
    public static final Needs NONE = new Needs(0, 0);

    private static final long MAX_MEMORY = 1L << 50;
    private static final int MAX_THREADS = 4096;

    /**
     * Checks the ranges.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code ENVIRONMENT_INVALID}
     */
    public Needs {
      Invalid.unless(
          memoryBytes >= 0 && memoryBytes <= MAX_MEMORY,
          "an environment's memoryBytes is 0 to " + MAX_MEMORY);
      Invalid.unless(
          threads >= 0 && threads <= MAX_THREADS,
          "an environment's threads is 0 to " + MAX_THREADS);
    }
  }

  /** SHA-256 of {@link #canonical}: equal for specifications that say the same. */
  public Digest digest() {
    return Digest.of(canonical().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What is asked for, a line each: the key, a space, the value. What is not asked for has no line,
   * so that keys of later releases do not change the digests of what is stored.
   */
  String canonical() {
    StringBuilder text = new StringBuilder();
    if (!runtime.any()) {
      line(text, "runtime", runtime);
    }
    limits.maxIrVersion().ifPresent(version -> line(text, "maxIrVersion", version));
    limits.opsets().forEach((domain, version) -> line(text, "opset " + domain, version));
    providers.forEach(provider -> line(text, "provider", provider));
    cpuFeatures.forEach(feature -> line(text, "cpuFeature", feature));
    architectures.forEach(architecture -> line(text, "architecture", architecture));
    if (needs.memoryBytes() > 0) {
      line(text, "memoryBytes", needs.memoryBytes());
    }
    if (needs.threads() > 0) {
      line(text, "threads", needs.threads());
    }
    hookAbi.ifPresent(abi -> line(text, "hookAbi", abi));
    sessionOptions.forEach((key, value) -> line(text, "sessionOption " + key, value));
    return text.toString();
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append(' ').append(value).append('\n');
  }

  /** The one name of an architecture that has several. */
  static String architecture(String name) {
    return switch (name) {
      case "x86_64", "x86-64" -> "amd64";
      case "arm64" -> "aarch64";
      default -> name;
    };
  }

  private static Set<String> sorted(Set<String> names, UnaryOperator<String> form) {
    Set<String> sorted = new TreeSet<>();
    names.forEach(name -> sorted.add(form.apply(name)));
    return Collections.unmodifiableSet(sorted);
  }

  private static void requireNames(String what, Pattern form, Collection<String> names, int most) {
    Invalid.unless(names.size() <= most, "an environment has at most %d %s".formatted(most, what));
    names.forEach(
        name ->
            Invalid.unless(
                form.matcher(name).matches(),
                "not one of %s: \"%s\"".formatted(what, Printable.of(name))));
  }
}
