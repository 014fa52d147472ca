package api

import "encoding/json"

// encode is for values that can't fail to encode.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return []byte("{}")
	}
	return data
}
