package redisstore

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"vesper/rooms"
)

// maxNodes is how many a list may hold; no clinic has so many.
const maxNodes = 1000

// ErrNode: the id or the URL of a node can't be used.
var ErrNode = errors.New("a node needs an id and an http or https URL without a user")

// All nodes are fields of one hash, each with the time by the clock of Redis
// until when it is listed. announceScript also forgets those whose time is over.
const announceScript = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept = redis.call('HGETALL', KEYS[1])
for i = 1, #kept, 2 do
  local ends = tonumber(string.match(kept[i + 1], '^(%d+) '))
  if not ends or ends <= now then
    redis.call('HDEL', KEYS[1], kept[i])
  end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + tonumber(ARGV[2])) .. ' ' .. ARGV[3])
return 1`

// nodesScript returns id and URL of each listed node.
const nodesScript = `
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[1]) then
  return redis.error_reply('ERR too many nodes')
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept = redis.call('HGETALL', KEYS[1])
local nodes = {}
for i = 1, #kept, 2 do
  local ends, url = string.match(kept[i + 1], '^(%d+) (.*)$')
  if ends and tonumber(ends) > now then
    nodes[#nodes + 1] = kept[i]
    nodes[#nodes + 1] = url
  end
end
return nodes`

func (s *Store) nodesKey() string { return s.prefix + "nodes" }

// Announce fails with ErrTTL or ErrNode.
func (s *Store) Announce(ctx context.Context, node rooms.Node, ttl time.Duration) error {
	return s.call(ctx, "announce", func(ctx context.Context) error {
		ms, err := milliseconds(ttl)
		if err != nil {
			return err
		}
		if !visitable(node) {
			return ErrNode
		}
		return s.client.Eval(ctx, announceScript, []string{s.nodesKey()}, string(node.ID), ms, node.URL).Err()
	})
}

// Nodes leaves out entries that are not nodes. It fails only if Redis does or
// holds an absurd number.
func (s *Store) Nodes(ctx context.Context) (nodes []rooms.Node, err error) {
	err = s.call(ctx, "list nodes", func(ctx context.Context) error {
		reply, err := s.client.Eval(ctx, nodesScript, []string{s.nodesKey()}, maxNodes).StringSlice()
		nodes = decodeNodes(reply)
		return err
	})
	return nodes, err
}

// decodeNodes reads pairs of id and URL.
func decodeNodes(reply []string) []rooms.Node {
	var nodes []rooms.Node
	for pair := range slices.Chunk(reply, 2) {
		if len(pair) < 2 {
			break
		}
		if node := (rooms.Node{ID: rooms.NodeID(pair[0]), URL: pair[1]}); visitable(node) {
			nodes = append(nodes, node)
		}
	}
	slices.SortFunc(nodes, func(a, b rooms.Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return nodes
}

// visitable reports whether people may be sent to the node.
func visitable(node rooms.Node) bool {
	if !usable(string(node.ID)) || len(node.URL) > 2048 {
		return false
	}
	u, err := url.Parse(node.URL)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}
