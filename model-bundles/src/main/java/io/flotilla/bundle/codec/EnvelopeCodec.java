package io.flotilla.bundle.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.bundle.envelope.Envelope;
import io.flotilla.bundle.envelope.EnvelopeSignature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * DSSE envelopes to JSON and back. Base64 must be standard and canonical, and unknown keys are
 * refused, so that no byte of a compact envelope can change unseen. Thread-safe.
 */
public final class EnvelopeCodec {
  /** Most bytes of an envelope: 2 MiB. */
  public static final int MAX_BYTES = 2 << 20;

  private static final int MAX_SIGNATURES = 16;
  private static final ObjectMapper MAPPER = Strict.json(MAX_BYTES).build();

  private EnvelopeCodec() {}

  /** The envelope as compact JSON in UTF-8. */
  public static byte[] encode(Envelope envelope) {
    return Strict.write(MAPPER, treeOf(envelope));
  }

  /**
   * Parses an envelope; nothing is verified.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code SIGNATURE_INVALID} if it cannot be
   *     read or is over {@link #MAX_BYTES}
   */
  public static Envelope decode(byte[] json) {
    return ofTree(Trees.parse(MAPPER, json, MAX_BYTES, "the envelope"));
  }

  static ObjectNode treeOf(Envelope envelope) {
    Base64.Encoder base64 = Base64.getEncoder();
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("payload", base64.encodeToString(envelope.payload()));
    tree.put("payloadType", envelope.payloadType());
    ArrayNode signatures = tree.putArray("signatures");
    for (EnvelopeSignature signature : envelope.signatures()) {
      signatures
          .addObject()
          .put("sig", base64.encodeToString(signature.sig()))
          .put("keyid", signature.keyId());
    }
    return tree;
  }

  static Envelope ofTree(JsonNode tree) {
    Trees.requireOnlyKeys(tree, "payload", "payloadType", "signatures");
    List<EnvelopeSignature> signatures = new ArrayList<>();
    for (JsonNode signature : Trees.array(tree, "signatures", MAX_SIGNATURES)) {
      Trees.requireOnlyKeys(signature, "sig", "keyid");
      String keyId = Objects.requireNonNullElse(Trees.textOrNull(signature, "keyid"), "");
      signatures.add(new EnvelopeSignature(keyId, Trees.base64(signature, "sig")));
    }
    return new Envelope(Trees.text(tree, "payloadType"), Trees.base64(tree, "payload"), signatures);
  }
}
