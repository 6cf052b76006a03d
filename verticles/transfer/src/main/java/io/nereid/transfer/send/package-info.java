/**
 * The sending side: reads trees, computes digests, offers them, sends what the receiver asks for,
 * makes a broken connection again. Owns nothing on disk but the manifests of trees being sent;
 * never changes a tree and never decides what a container does.
 */
package io.nereid.transfer.send;
