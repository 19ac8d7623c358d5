// interop.go - the same logs as Go's x/mod makes and reads them, for interop.py and bench/log.
//
//	make DIR PRIVATE       a log of the entries on stdin (each ends with a NUL), signed
//	read DIR VKEY          every record and tile, through tlog.TileHashReader
//	proof DIR VKEY INDEX   a tlog-proof file
//	check VKEY PROOF ENTRY holds a tlog-proof file against an entry
//	growth DIR VKEY OLD    the consistency proof, a hash a line
//
// Tree, tiles, proofs and notes are x/mod's own code; only file names and the bundles of
// entries, which x/mod does not know, are made here.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	must(err)
	return n
}

// Where C2SP puts what x/mod calls tile/8/...
func place(t tlog.Tile) string {
	return strings.Replace(strings.Replace(t.Path(), "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
}

func put(dir, path string, data []byte) {
	name := filepath.Join(dir, path)
	must(os.MkdirAll(filepath.Dir(name), 0o777))
	must(os.WriteFile(name, data, 0o666))
}

type stored []tlog.Hash

func (s stored) ReadHashes(at []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range at {
		out = append(out, s[i])
	}
	return out, nil
}

func makeLog(dir, private string) {
	var all stored
	var bundles [][]byte
	n := int64(0)
	for in := bufio.NewReader(os.Stdin); ; n++ {
		entry, err := in.ReadBytes(0)
		if err != nil {
			break
		}
		entry = entry[:len(entry)-1]
		hashes, err := tlog.StoredHashes(n, entry, all)
		must(err)
		all = append(all, hashes...)
		if n%256 == 0 {
			bundles = append(bundles, nil)
		}
		b := &bundles[n/256]
		*b = append(binary.BigEndian.AppendUint16(*b, uint16(len(entry))), entry...)
	}
	// x/mod lists every width on the way; only the last of each tile is for size n
	last := map[tlog.Tile]int{}
	for _, t := range tlog.NewTiles(8, 0, n) {
		w := t.W
		t.W = 0
		if w > last[t] {
			last[t] = w
		}
	}
	for t, w := range last {
		t.W = w
		data, err := tlog.ReadTileData(t, all)
		must(err)
		put(dir, place(t), data)
		if t.L == 0 {
			t.L = -1
			put(dir, place(t), bundles[t.N])
		}
	}
	root, err := tlog.TreeHash(n, all)
	must(err)
	signer, err := note.NewSigner(private)
	must(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), n, base64.StdEncoding.EncodeToString(root[:]))
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	put(dir, "checkpoint", msg)
}

func open(msg []byte, vkey string) (tlog.Tree, error) {
	v, err := note.NewVerifier(vkey)
	must(err)
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: number(lines[1])}
	copy(tree.Hash[:], root)
	return tree, nil
}

type folder string

func (f folder) Height() int                       { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (out [][]byte, err error) {
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), place(t)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func reader(dir, vkey string) (tlog.Tree, tlog.HashReader, []byte) {
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	tree, err := open(msg, vkey)
	must(err)
	return tree, tlog.TileHashReader(tree, folder(dir)), msg
}

func readLog(dir, vkey string) {
	tree, r, _ := reader(dir, vkey)
	for n := int64(0); n*256 < tree.N; n++ {
		w := tree.N - n*256
		if w > 256 {
			w = 256
		}
		data, err := os.ReadFile(filepath.Join(dir, place(tlog.Tile{H: 8, L: -1, N: n, W: int(w)})))
		must(err)
		var at []int64
		for i := int64(0); i < w; i++ {
			at = append(at, tlog.StoredHashIndex(0, n*256+i))
		}
		hashes, err := r.ReadHashes(at)
		must(err)
		for i := int64(0); i < w; i++ {
			size := binary.BigEndian.Uint16(data)
			e := data[2 : 2+size]
			data = data[2+size:]
			if tlog.RecordHash(e) != hashes[i] {
				must(fmt.Errorf("record %d differs", n*256+i))
			}
		}
	}
}

func proof(dir, vkey string, index int64) {
	tree, r, msg := reader(dir, vkey)
	p, err := tlog.ProveRecord(tree.N, index, r)
	must(err)
	fmt.Printf("c2sp.org/tlog-proof@v1\nindex %d\n", index)
	for _, h := range p {
		fmt.Println(h)
	}
	fmt.Printf("\n%s", msg)
}

func check(vkey, file, name string) {
	text, err := os.ReadFile(file)
	must(err)
	data, err := os.ReadFile(name)
	must(err)
	head, msg, _ := strings.Cut(string(text), "\n\n")
	tree, err := open([]byte(msg), vkey)
	must(err)
	lines := strings.Split(head, "\n")
	var p tlog.RecordProof
	for _, l := range lines[2:] {
		h, err := tlog.ParseHash(l)
		must(err)
		p = append(p, h)
	}
	index := number(strings.TrimPrefix(lines[1], "index "))
	must(tlog.CheckRecord(p, tree.N, tree.Hash, index, tlog.RecordHash(data)))
}

func growth(dir, vkey string, old int64) {
	tree, r, _ := reader(dir, vkey)
	p, err := tlog.ProveTree(tree.N, old, r)
	must(err)
	for _, h := range p {
		fmt.Println(h)
	}
}

func main() {
	a := os.Args
	switch a[1] {
	case "make":
		makeLog(a[2], a[3])
	case "read":
		readLog(a[2], a[3])
	case "proof":
		proof(a[2], a[3], number(a[4]))
	case "check":
		check(a[2], a[3], a[4])
	case "growth":
		growth(a[2], a[3], number(a[4]))
	}
}
