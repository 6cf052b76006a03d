/**
 * A small HTTP/1.1 and WebSocket client over NIO channels, because a command that is soon done must
 * not load a network framework first. Every size and every wait is bounded: the other side may be
 * anything. Never interprets what a reply means for a container.
 */
package io.nereid.launcher.client;
