package io.flotilla.bundle.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.envelope.ModelSignature;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Signatures and statements of OpenSSF Model Signing 1.0, key method, to JSON and back: Sigstore
 * bundle v0.3 outside, in-toto Statement v1 inside. Thread-safe.
 */
public final class ModelSignatureCodec {
  /** Most bytes of a signature: 4 MiB. */
  public static final int MAX_BYTES = 4 << 20;

  /** DSSE payload type of the statement. */
  public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
  private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
  private static final int MAX_RESOURCES = 10_000;
  private static final Set<String> KEY_DETAILS =
      Set.of("PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P521_SHA_512");
  private static final ObjectMapper MAPPER = Strict.json(MAX_BYTES).build();

  private ModelSignatureCodec() {}

  /** The signature as compact JSON in UTF-8, without a line end. */
  public static byte[] encode(ModelSignature signature) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("mediaType", MEDIA_TYPE);
    ObjectNode material = tree.putObject("verificationMaterial");
    ObjectNode publicKey = material.putObject("publicKey");
    signature.keyHint().ifPresent(hint -> publicKey.put("hint", hint));
    material.putArray("tlogEntries");
    tree.set("dsseEnvelope", EnvelopeCodec.treeOf(signature.envelope()));
    return Strict.write(MAPPER, tree);
  }

  /**
   * Parses a signature; nothing is verified.
   *
   * @throws FlotillaException {@code SIGNATURE_INVALID} if it cannot be read, is over {@link
   *     #MAX_BYTES}, or is not one by the key method
   */
  public static ModelSignature decode(byte[] json) {
    JsonNode tree = Trees.parse(MAPPER, json, MAX_BYTES, "the signature");
    Trees.requireOnlyKeys(tree, "mediaType", "verificationMaterial", "dsseEnvelope");
    Trees.requireText(tree, "mediaType", MEDIA_TYPE);
    JsonNode material = Trees.object(tree, "verificationMaterial");
    if (material.has("x509CertificateChain") || material.has("certificate")) {
      throw Trees.invalid("the signature is by certificate; only signatures by key are accepted");
    }
    Trees.requireOnlyKeys(material, "publicKey", "tlogEntries");
    if (material.has("tlogEntries")) {
      Trees.array(material, "tlogEntries", 0);
    }
    JsonNode key = Trees.object(material, "publicKey");
    Trees.requireOnlyKeys(key, "hint", "rawBytes", "keyDetails");
    String details = Trees.textOrNull(key, "keyDetails");
    if (details != null && !KEY_DETAILS.contains(details)) {
      throw Trees.invalid("the signature's key is of an unknown kind");
    }
    Optional<String> pem =
        key.has("rawBytes")
            ? Optional.of(new String(Trees.base64(key, "rawBytes"), StandardCharsets.UTF_8))
            : Optional.empty();
    return new ModelSignature(
        EnvelopeCodec.ofTree(Trees.object(tree, "dsseEnvelope")),
        Optional.ofNullable(Trees.textOrNull(key, "hint")),
        pem);
  }

  /**
   * The statement as compact JSON in UTF-8: the payload to sign.
   *
   * @param ignored files of the folder that the statement does not cover, for other tools to know
   */
  public static byte[] encodeStatement(Statement statement, List<String> ignored) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("_type", STATEMENT_TYPE);
    ObjectNode subject = tree.putArray("subject").addObject();
    subject.put("name", statement.subject());
    subject.putObject("digest").put("sha256", statement.root().hex());
    tree.put("predicateType", PREDICATE_TYPE);
    ObjectNode predicate = tree.putObject("predicate");
    ObjectNode serialization = predicate.putObject("serialization");
    serialization.put("method", "files").put("hash_type", "sha256").put("allow_symlinks", false);
    ignored.forEach(serialization.putArray("ignore_paths")::add);
    var resources = predicate.putArray("resources");
    for (Statement.Resource resource : statement.resources()) {
      resources
          .addObject()
          .put("name", resource.name())
          .put("digest", resource.digest().hex())
          .put("algorithm", "sha256");
    }
    return Strict.write(MAPPER, tree);
  }

  /**
   * Reads a statement whose signature has been verified.
   *
   * @throws FlotillaException {@code SIGNATURE_INVALID} if it is not a model signing statement of
   *     whole files by SHA-256, or its files are out of order or do not give its root digest
   */
  public static Statement decodeStatement(byte[] json) {
    JsonNode tree = Trees.parse(MAPPER, json, MAX_BYTES, "the statement");
    Trees.requireText(tree, "_type", STATEMENT_TYPE);
    Trees.requireText(tree, "predicateType", PREDICATE_TYPE);
    JsonNode subject = Trees.only(tree, "subject");
    JsonNode predicate = Trees.object(tree, "predicate");
    JsonNode serialization = Trees.object(predicate, "serialization");
    Trees.requireText(serialization, "method", "files");
    Trees.requireText(serialization, "hash_type", "sha256");
    List<Statement.Resource> resources = new ArrayList<>();
    for (JsonNode resource : Trees.array(predicate, "resources", MAX_RESOURCES)) {
      Trees.requireText(resource, "algorithm", "sha256");
      resources.add(
          new Statement.Resource(Trees.text(resource, "name"), digest(resource, "digest")));
    }
    Statement statement =
        new Statement(
            Trees.text(subject, "name"),
            digest(Trees.object(subject, "digest"), "sha256"),
            resources);
    if (!statement.isConsistent()) {
      throw Trees.invalid("the signed statement contradicts itself");
    }
    return statement;
  }

  private static Digest digest(JsonNode parent, String key) {
    String hex = Trees.text(parent, key);
    if (!hex.matches("[0-9a-f]{64}")) {
      throw Trees.invalid("the signature's %s is not a SHA-256 digest".formatted(key));
    }
    return new Digest(hex);
  }
}
